//! An invoice as rows of a CSV book, which read back are the same invoice.

use pricing::Invoice;
use serde_json::Value;

use super::csv::cell;
use crate::columns::{OptionalColumn, every, lists};
use crate::read;

/// Facts of the invoice and of each line item that always have a column.
const HEAD: [&str; 4] = ["invoice_id", "tier", "loyalty_member", "days_overdue"];
const ITEM: [&str; 3] = ["sku", "unit_price", "quantity"];

/// Why an invoice cannot be written as rows.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// Rows would lose something.
    #[error("rows of CSV cannot hold all of it: {0} (write it as JSON)")]
    Loses(String),
    /// The invoice has no JSON.
    #[error("writing the document failed: {0}")]
    Json(#[from] serde_json::Error),
}

/// The invoice as CSV with a header, one row a line item; only columns that hold something.
pub(crate) fn invoice_rows(invoice: &Invoice) -> Result<String, RowsError> {
    let json = serde_json::to_value(invoice)?;
    let none = Vec::new();
    let items = json["items"].as_array().unwrap_or(&none);
    if items.is_empty() {
        let problem = "it has no line item, and a row is one".to_owned();
        return Err(RowsError::Loses(problem));
    }
    let optional = columns_of(&json, items);
    let names = optional.iter().map(OptionalColumn::name);
    let mut rows = row(HEAD.into_iter().chain(ITEM).chain(names).map(str::to_owned));
    for item in items {
        let head = HEAD.iter().map(|name| text(&json[name]));
        let facts = ITEM.iter().map(|name| text(&item[name]));
        let more = optional.iter().map(|column| column.text_in(&json, item));
        rows += &row(head.chain(facts).chain(more));
    }
    match read::one_of_csv(&rows) {
        Ok(again) if again == *invoice => Ok(rows),
        Ok(_) => Err(RowsError::Loses(
            "a text of it is one that CSV reads in another way".to_owned(),
        )),
        Err(problem) => Err(RowsError::Loses(problem)),
    }
}

/// The optional columns in which something stands.
fn columns_of(json: &Value, items: &[Value]) -> Vec<OptionalColumn> {
    let lengths = std::iter::once(json).chain(items).flat_map(|holder| {
        let length = |name: &str| holder[name].as_array().map_or(0, Vec::len);
        lists().map(length)
    });
    let columns = every(lengths.max().unwrap_or(0)).into_iter();
    columns
        .filter(|column| {
            items
                .iter()
                .any(|item| !column.text_in(json, item).is_empty())
        })
        .collect()
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|text| cell(&text).into_owned()).collect();
    cells.join(",") + "\n"
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
