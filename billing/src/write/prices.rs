//! The prices of a book in each output format, written while the book is read.

use std::io::{self, Write};

use pricing::Quote;
use rust_decimal::Decimal;
use serde::Serialize;

use super::explanation::{COLUMNS, Explanation};
use super::list::ListWriter;
use super::quote_table::quote_table;

/// The formats in which results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// Aligned text for people
    Table,
    /// Comma-separated, with a header
    Csv,
    /// One JSON array
    Json,
    /// One JSON object a line
    Ndjson,
}

/// What is shown of an invoice's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The total alone.
    Total,
    /// The quote with all its steps.
    Quote,
    /// Everything from which the price can be computed again.
    Explanation,
}

/// Writes totals or quotes, one invoice after the other.
#[derive(Debug)]
pub struct PriceWriter<W>(ListWriter<W>);

#[derive(Serialize)]
struct Total<'a> {
    invoice_id: &'a str,
    #[serde(with = "pricing::amount")]
    total: Decimal,
}

impl<W: Write> PriceWriter<W> {
    /// A writer to `out`.
    pub fn new(out: W, format: OutputFormat, shape: Shape) -> Self {
        let header: &[&str] = match shape {
            Shape::Total | Shape::Quote => &["invoice_id", "total"],
            Shape::Explanation => COLUMNS,
        };
        Self(ListWriter::new(out, format, header))
    }

    /// Writes an invoice's total.
    pub fn total(&mut self, invoice_id: &str, total: Decimal) -> io::Result<()> {
        let text = total.to_string();
        self.0
            .row(&[invoice_id, &text], &Total { invoice_id, total })
    }

    /// Writes an invoice's quote.
    pub fn quote(&mut self, quote: &Quote) -> io::Result<()> {
        let total = || {
            vec![vec![
                quote.invoice_id.clone(),
                quote.total.amount.to_string(),
            ]]
        };
        self.0.entry(total, || quote_table(quote), quote)
    }

    /// Writes an invoice's explanation.
    pub fn explanation(&mut self, explanation: &Explanation) -> io::Result<()> {
        let table = || explanation.table();
        self.0.entry(|| explanation.rows(), table, explanation)
    }

    /// Writes what stands after the last invoice. Returns the output, flushed.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}
