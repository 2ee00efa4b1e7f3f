//! The prices of a book in each output format, written while the book is read.

use std::io::{self, Write};

use pricing::Quote;
use rust_decimal::Decimal;
use serde::Serialize;

use super::list::ListWriter;
use super::quote_table::{Detail, quote_table, steps};

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
    /// The quote with all its steps; the detail concerns tables.
    Quote(Detail),
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
            Shape::Total => &["invoice_id", "total"],
            Shape::Quote(_) => &["invoice_id", "step", "exact", "amount", "reason"],
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
    pub fn quote(&mut self, quote: &Quote, detail: Detail) -> io::Result<()> {
        let text = || quote_table(quote, detail);
        self.0.entry(|| quote_rows(quote), text, quote)
    }

    /// Writes what stands after the last invoice. Returns the output, flushed.
    pub fn finish(self) -> io::Result<W> {
        self.0.finish()
    }
}

fn quote_rows(quote: &Quote) -> Vec<Vec<String>> {
    let rows = steps(quote).into_iter().map(|(name, _, step)| {
        vec![
            quote.invoice_id.clone(),
            name,
            step.exact.to_string(),
            step.amount.to_string(),
            step.reason.to_string(),
        ]
    });
    rows.collect()
}
