//! The prices of a book in each output format, written while the book is read.

use std::io::{self, Write};

use pricing::Quote;
use rust_decimal::Decimal;
use serde::Serialize;

use super::TotalRows;
use super::columns::{ColumnRows, ColumnWriter};
use super::explanation::{COLUMNS, Explanation};
use super::format::{Encoding, OutputFormat};
use super::list::ListWriter;
use super::quote_table::quote_table;

/// What is shown of an invoice's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The total alone.
    Total,
    /// The quote with all its steps; the total where a row has no room for them.
    Quote,
    /// Everything from which the price can be computed again.
    Explanation,
}

/// Writes totals or quotes, one invoice after the other.
#[derive(Debug)]
pub struct PriceWriter<W: Write + Send>(Sink<W>);

#[derive(Debug)]
enum Sink<W: Write + Send> {
    Text(ListWriter<W>),
    Columns(ColumnWriter<W>),
}

#[derive(Serialize)]
struct Total<'a> {
    invoice_id: &'a str,
    #[serde(with = "pricing::amount")]
    total: Decimal,
}

impl<W: Write + Send> PriceWriter<W> {
    /// A writer to `out`.
    pub fn new(out: W, format: OutputFormat, shape: Shape) -> io::Result<Self> {
        Ok(Self(match (format.encoding(), shape) {
            (Encoding::Text(format), Shape::Explanation) => {
                Sink::Text(ListWriter::new(out, format, COLUMNS))
            }
            (Encoding::Text(format), Shape::Total | Shape::Quote) => {
                Sink::Text(ListWriter::new(out, format, &["invoice_id", "total"]))
            }
            (Encoding::Columns(format), Shape::Explanation) => Sink::Columns(ColumnWriter::new(
                out,
                format,
                ColumnRows::of_texts(COLUMNS),
            )?),
            (Encoding::Columns(format), Shape::Total | Shape::Quote) => {
                Sink::Columns(ColumnWriter::new(out, format, ColumnRows::of_totals())?)
            }
        }))
    }

    /// Writes an invoice's total.
    pub fn total(&mut self, invoice_id: &str, total: Decimal) -> io::Result<()> {
        match &mut self.0 {
            Sink::Text(list) => write_total(list, invoice_id, total),
            Sink::Columns(columns) => columns.add(|rows| rows.add_total(invoice_id, total)),
        }
    }

    /// Writes totals that were set apart.
    pub(crate) fn totals(&mut self, rows: &mut TotalRows) -> io::Result<()> {
        match (&mut self.0, rows) {
            (Sink::Text(list), TotalRows::Text(rows)) => list.append(rows.bytes()),
            (Sink::Columns(columns), TotalRows::Columns(rows)) => columns.append(rows),
            // Both follow from one format.
            _ => Err(io::Error::other("rows of another format")),
        }
    }

    /// Writes an invoice's quote.
    pub fn quote(&mut self, quote: &Quote) -> io::Result<()> {
        let (id, total) = (&quote.invoice_id, quote.total.amount);
        match &mut self.0 {
            Sink::Text(list) => {
                let row = || vec![vec![id.clone(), total.to_string()]];
                list.entry(row, || quote_table(quote), quote)
            }
            Sink::Columns(columns) => columns.add(|rows| rows.add_total(id, total)),
        }
    }

    /// Writes an invoice's explanation.
    pub fn explanation(&mut self, explanation: &Explanation) -> io::Result<()> {
        match &mut self.0 {
            Sink::Text(list) => {
                let table = || explanation.table();
                list.entry(|| explanation.rows(), table, explanation)
            }
            Sink::Columns(columns) => explanation.rows().iter().try_for_each(|row| {
                columns.add(|rows| {
                    rows.add_texts(row);
                    Ok(())
                })
            }),
        }
    }

    /// Writes what stands after the last invoice. Returns the output, flushed.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Sink::Text(list) => list.finish(),
            Sink::Columns(columns) => columns.finish(),
        }
    }
}

/// Writes an invoice's total as a row of `list`.
pub(super) fn write_total<W: Write>(
    list: &mut ListWriter<W>,
    invoice_id: &str,
    total: Decimal,
) -> io::Result<()> {
    let text = total.to_string();
    list.row(&[invoice_id, &text], &Total { invoice_id, total })
}
