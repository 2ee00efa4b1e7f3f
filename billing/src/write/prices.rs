//! The prices of a book in each output format, written while the book is read.

use std::io::{self, Write};

use pricing::Quote;
use rust_decimal::Decimal;
use serde::Serialize;

use super::csv::cell;
use super::quote_table::{Detail, quote_table, steps};
use super::text::printable;

/// The formats in which results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum OutputFormat {
    /// Aligned text for people.
    Table,
    /// Comma-separated, with a header.
    Csv,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Ndjson,
}

/// Writes totals or quotes, one invoice after the other.
#[derive(Debug)]
pub struct PriceWriter<W> {
    out: W,
    format: OutputFormat,
    count: u64,
}

#[derive(Serialize)]
struct Total<'a> {
    invoice_id: &'a str,
    #[serde(with = "pricing::amount")]
    total: Decimal,
}

impl<W: Write> PriceWriter<W> {
    /// A writer to `out`.
    pub fn new(out: W, format: OutputFormat) -> Self {
        Self {
            out,
            format,
            count: 0,
        }
    }

    /// Writes an invoice's total alone.
    pub fn total(&mut self, invoice_id: &str, total: Decimal) -> io::Result<()> {
        self.begin("invoice_id,total\n")?;
        match self.format {
            // Columns of a fixed width: the widest identifier of a stream is not known.
            OutputFormat::Table => {
                writeln!(self.out, "{:<24} {total:>16}", printable(invoice_id))
            }
            OutputFormat::Csv => writeln!(self.out, "{},{total}", cell(invoice_id)),
            OutputFormat::Json | OutputFormat::Ndjson => self.json(&Total { invoice_id, total }),
        }
    }

    /// Writes an invoice's quote with all its steps; `detail` concerns the table.
    pub fn quote(&mut self, quote: &Quote, detail: Detail) -> io::Result<()> {
        self.begin("invoice_id,step,exact,amount,reason\n")?;
        match self.format {
            OutputFormat::Table => {
                let gap = if self.count > 1 { "\n" } else { "" };
                write!(self.out, "{gap}{}", quote_table(quote, detail))
            }
            OutputFormat::Csv => self.quote_rows(quote),
            OutputFormat::Json | OutputFormat::Ndjson => self.json(quote),
        }
    }

    /// Writes what stands after the last invoice; `is_explained` tells which header an empty book
    /// gets. Returns the output, flushed.
    pub fn finish(mut self, is_explained: bool) -> io::Result<W> {
        match (self.format, self.count) {
            (OutputFormat::Json, 0) => writeln!(self.out, "[]")?,
            (OutputFormat::Json, _) => writeln!(self.out, "\n]")?,
            (OutputFormat::Csv, 0) if is_explained => {
                writeln!(self.out, "invoice_id,step,exact,amount,reason")?;
            }
            (OutputFormat::Csv, 0) => writeln!(self.out, "invoice_id,total")?,
            _ => {}
        }
        self.out.flush()?;
        Ok(self.out)
    }

    fn begin(&mut self, csv_header: &str) -> io::Result<()> {
        self.count += 1;
        let start = match (self.format, self.count) {
            (OutputFormat::Csv, 1) => csv_header,
            (OutputFormat::Json, 1) => "[\n",
            (OutputFormat::Json, _) => ",\n",
            _ => "",
        };
        self.out.write_all(start.as_bytes())
    }

    fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, value)?;
        match self.format {
            OutputFormat::Ndjson => writeln!(self.out),
            _ => Ok(()),
        }
    }

    fn quote_rows(&mut self, quote: &Quote) -> io::Result<()> {
        let id = cell(&quote.invoice_id);
        for (name, _, step) in steps(quote) {
            let reason = step.reason.to_string();
            let (exact, amount, reason) = (step.exact, step.amount, cell(&reason));
            writeln!(self.out, "{id},{name},{exact},{amount},{reason}")?;
        }
        Ok(())
    }
}
