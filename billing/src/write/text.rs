//! Text for a terminal: aligned columns, nothing that a terminal would obey.

use std::borrow::Cow;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// On which side a column is flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Names and reasons.
    Left,
    /// Amounts.
    Right,
}

/// Rows in columns, two spaces apart, each row on a line of its own.
#[must_use]
pub fn aligned(rows: Vec<Vec<String>>, columns: &[Align]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell).into_owned()));
    }
    for (column, align) in table.column_iter_mut().zip(columns) {
        column.set_cell_alignment(match align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}

/// `text` with control characters written out, so that data cannot drive the terminal.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_control) {
        Cow::Owned(text.escape_debug().to_string())
    } else {
        Cow::Borrowed(text)
    }
}
