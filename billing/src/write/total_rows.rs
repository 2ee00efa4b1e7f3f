//! Totals of a block of invoices, written apart and in each output format, to be appended in order.

use std::io;

use rust_decimal::Decimal;

use super::columns::{ColumnRows, TOTAL_PLACES};
use super::format::{Encoding, OutputFormat};
use super::list::{ListFormat, ListWriter};
use super::prices::write_total;

/// Rows of totals that follow other rows.
#[derive(Debug)]
pub(crate) enum TotalRows {
    Text(TextRows),
    Columns(ColumnRows),
    /// Totals are not wanted.
    Nothing,
}

/// Rows of totals as text.
#[derive(Debug)]
pub(crate) struct TextRows {
    format: ListFormat,
    list: ListWriter<Vec<u8>>,
}

impl TotalRows {
    /// No rows yet, in the memory of rows that are no longer needed.
    pub(crate) fn new(format: Option<OutputFormat>, mut memory: Vec<u8>) -> Self {
        memory.clear();
        match format.map(OutputFormat::encoding) {
            Some(Encoding::Text(format)) => Self::Text(TextRows {
                format,
                list: ListWriter::of_more_rows(memory, format),
            }),
            Some(Encoding::Columns(_)) => Self::Columns(ColumnRows::of_totals()),
            None => Self::Nothing,
        }
    }

    /// The rows' text; of columns there is none.
    pub(crate) fn lines(&mut self) -> &[u8] {
        match self {
            Self::Text(rows) => rows.bytes(),
            Self::Columns(_) | Self::Nothing => &[],
        }
    }

    /// Its memory, for other rows.
    pub(crate) fn into_memory(self) -> Vec<u8> {
        match self {
            Self::Text(mut rows) => std::mem::take(rows.list.out()),
            Self::Columns(_) | Self::Nothing => Vec::new(),
        }
    }

    /// Adds an invoice's total.
    pub(crate) fn add(&mut self, invoice_id: &str, total: Decimal) -> io::Result<()> {
        match self {
            Self::Text(rows) => write_total(&mut rows.list, invoice_id, total),
            Self::Columns(rows) => rows.add_total(invoice_id, total),
            Self::Nothing => Ok(()),
        }
    }

    /// Adds a total in minor units of so many decimal places.
    #[inline]
    pub(crate) fn add_units(
        &mut self,
        invoice_id: &[u8],
        units: i64,
        places: u32,
    ) -> io::Result<()> {
        match self {
            Self::Text(rows) => rows.add_units(invoice_id, units, places),
            Self::Columns(rows) if places <= TOTAL_PLACES => {
                let id = String::from_utf8_lossy(invoice_id);
                let units = i128::from(units) * 10_i128.pow(TOTAL_PLACES - places);
                rows.add_total_units(&id, units);
                Ok(())
            }
            Self::Columns(rows) => {
                let id = String::from_utf8_lossy(invoice_id);
                rows.add_total(&id, Decimal::new(units, places))
            }
            Self::Nothing => Ok(()),
        }
    }
}

impl TextRows {
    /// The rows' text.
    pub(super) fn bytes(&mut self) -> &[u8] {
        self.list.out()
    }

    #[inline]
    fn add_units(&mut self, invoice_id: &[u8], units: i64, places: u32) -> io::Result<()> {
        let (start, middle, end) = match self.format {
            ListFormat::Csv => ("", ",", "\n"),
            ListFormat::Json => (",\n{\"invoice_id\":\"", "\",\"total\":\"", "\"}"),
            ListFormat::Ndjson => ("{\"invoice_id\":\"", "\",\"total\":\"", "\"}\n"),
            ListFormat::Table => return self.add_slowly(invoice_id, units, places),
        };
        let is_plain = |plain: bool, byte: &u8| plain & PLAIN[usize::from(*byte)];
        if !invoice_id.iter().fold(true, is_plain) {
            return self.add_slowly(invoice_id, units, places);
        }
        let out = self.list.out();
        out.extend_from_slice(start.as_bytes());
        out.extend_from_slice(invoice_id);
        out.extend_from_slice(middle.as_bytes());
        append_decimal(out, units, places);
        out.extend_from_slice(end.as_bytes());
        Ok(())
    }

    #[cold]
    fn add_slowly(&mut self, invoice_id: &[u8], units: i64, places: u32) -> io::Result<()> {
        let id = String::from_utf8_lossy(invoice_id);
        write_total(&mut self.list, &id, Decimal::new(units, places))
    }
}

/// Whether a letter needs neither quotes nor an escape in any format.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = b' ';
    while byte <= b'~' {
        plain[byte as usize] = !matches!(byte, b',' | b'"' | b'\\');
        byte += 1;
    }
    plain
};

/// Appends `units / 10^places` with all its places.
fn append_decimal(out: &mut Vec<u8>, units: i64, places: u32) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(units.unsigned_abs()).as_bytes();
    let places = places as usize;
    if units >= 0 && 0 < places && places < digits.len() {
        let (whole, fraction) = digits.split_at(digits.len() - places);
        out.extend(whole.iter().chain(b".").chain(fraction));
        return;
    }
    if units < 0 {
        out.push(b'-');
    }
    if places == 0 {
        out.extend_from_slice(digits);
        return;
    }
    let whole = digits.len().saturating_sub(places);
    out.extend_from_slice(if whole == 0 { b"0" } else { &digits[..whole] });
    out.push(b'.');
    out.extend(std::iter::repeat_n(
        b'0',
        places.saturating_sub(digits.len()),
    ));
    out.extend_from_slice(&digits[whole..]);
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::{OutputFormat, TotalRows};

    #[test]
    fn totals_are_written_as_the_writer_of_prices_writes_them() {
        let formats = [
            OutputFormat::Table,
            OutputFormat::Csv,
            OutputFormat::Json,
            OutputFormat::Ndjson,
            OutputFormat::Parquet,
        ];
        for format in formats {
            let (mut quick, mut slow) = (
                TotalRows::new(Some(format), vec![1]),
                TotalRows::new(Some(format), Vec::new()),
            );
            for id in ["INV-1", "a,b", "say \"x\"", "back\\slash", "tab\t", "é"] {
                for units in [0, 7, -7, 99, 100, 14_169, -14_169, i64::MAX, i64::MIN] {
                    for places in [0, 2, 3] {
                        quick.add_units(id.as_bytes(), units, places).unwrap();
                        slow.add(id, Decimal::new(units, places)).unwrap();
                    }
                }
            }
            let written = |rows: TotalRows| match rows {
                TotalRows::Text(mut rows) => String::from_utf8(rows.bytes().to_vec()).unwrap(),
                TotalRows::Columns(mut rows) => format!("{:?}", rows.take().unwrap()),
                TotalRows::Nothing => unreachable!(),
            };
            assert_eq!(written(quick), written(slow), "{format:?}");
        }
    }
}
