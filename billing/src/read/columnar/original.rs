//! Records of columns as text: the JSON that could be fed again, and rows of CSV.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Piece;
use super::chunk::Chunk;
use crate::error::Error;
use crate::read::csv::{CsvSource, Table};

const COLUMNS: [&str; 7] = [
    "invoice_id",
    "tier",
    "loyalty_member",
    "days_overdue",
    "sku",
    "unit_price",
    "quantity",
];

/// The header of the rows.
pub(super) fn table() -> Result<Arc<Table>, Error> {
    let header = COLUMNS.join(",");
    Ok(CsvSource::open("columns".to_owned(), header.as_bytes())?.table())
}

/// A row as CSV, what is absent as an empty cell.
pub(super) fn csv(chunk: &Chunk, row: usize) -> String {
    let cells = COLUMNS.map(|field| {
        let text = chunk.cell(field, row).unwrap_or_default();
        format!("\"{}\"", text.replace('"', "\"\""))
    });
    cells.join(",")
}

/// The invoice as JSON; what its first row lacks is null.
pub(super) fn json(pieces: &[Piece]) -> String {
    let mut record = Map::new();
    if let Some(first) = pieces.first() {
        for field in Piece::HEAD {
            let cell = first.chunk.cell(field, first.head);
            record.insert(field.to_owned(), value(field, cell));
        }
    }
    let items = pieces.iter().flat_map(|piece| {
        let of_piece = piece.items.clone();
        of_piece.map(|item| {
            let fields = ["sku", "unit_price", "quantity"];
            let cells = fields.map(|field| (field.to_owned(), text(piece.chunk.cell(field, item))));
            Value::Object(cells.into_iter().collect())
        })
    });
    record.insert("items".to_owned(), Value::Array(items.collect()));
    Value::Object(record).to_string()
}

/// A flag and a number of days as JSON has them, if they are such.
fn value(field: &str, cell: Option<String>) -> Value {
    let typed = match (field, cell.as_deref()) {
        ("loyalty_member", Some("true")) => Some(Value::Bool(true)),
        ("loyalty_member", Some("false")) => Some(Value::Bool(false)),
        ("days_overdue", Some(days)) => days.parse::<i64>().ok().map(Value::from),
        _ => None,
    };
    typed.unwrap_or_else(|| text(cell))
}

fn text(cell: Option<String>) -> Value {
    cell.map_or(Value::Null, Value::String)
}
