//! A total in the output of a filter, in each of its formats.

use std::borrow::Cow;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::filter::Line;

#[derive(Deserialize)]
struct Total<'l> {
    #[serde(borrow)]
    invoice_id: Cow<'l, str>,
    #[serde(with = "pricing::amount")]
    total: Decimal,
}

/// The invoice and what it comes to.
pub(super) fn total_in<'l>(line: &Line<'l>) -> Result<(Cow<'l, str>, Decimal), String> {
    let unread = |error: &dyn std::fmt::Display| format!("a result is no total: {error}");
    match *line {
        Line::Total(invoice_id, total) => Ok((invoice_id.into(), total)),
        Line::Json(line) | Line::Record(_, line) => {
            let read: Total = serde_json::from_slice(line).map_err(|error| unread(&error))?;
            Ok((read.invoice_id, read.total))
        }
        Line::Csv(row) => {
            let row = std::str::from_utf8(row).map_err(|error| unread(&error))?;
            total_in_row(row).ok_or_else(|| unread(&row.trim_end()))
        }
    }
}

/// A row of CSV as a filter writes it; no total is quoted.
fn total_in_row(row: &str) -> Option<(Cow<'_, str>, Decimal)> {
    let (id, total) = row.strip_suffix('\n')?.rsplit_once(',')?;
    let id = match id.strip_prefix('"') {
        None => id.into(),
        Some(quoted) => quoted.strip_suffix('"')?.replace("\"\"", "\"").into(),
    };
    Some((id, Decimal::from_str(total).ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Line, total_in};

    #[test]
    fn a_total_is_read_as_each_format_writes_it() {
        let cases: [(&str, Option<&str>); 7] = [
            ("INV-1,141.69\n", Some("INV-1 141.69")),
            ("\"a,\"\"b\"\"\n c\",0.10\n", Some("a,\"b\"\n c 0.10")),
            (",-1.00\n", Some(" -1.00")),
            ("INV-1,141.69", None),
            ("INV-1\n", None),
            ("\"INV-1,1\n", None),
            ("INV-1,x\n", None),
        ];
        for (row, expected) in cases {
            let read = total_in(&Line::Csv(row.as_bytes())).ok();
            let read = read.map(|(id, total)| format!("{id} {total}"));
            assert_eq!(read.as_deref(), expected, "{row}");
        }
        let line = br#"{"invoice_id":"a\u00e9","total":"1.50"}"#;
        let (id, total) = total_in(&Line::Json(line)).unwrap();
        assert_eq!((&*id, total.to_string()), ("aé", "1.50".to_owned()));
        assert!(total_in(&Line::Json(b"{}")).is_err());
    }
}
