//! What `ledgerly` can be asked.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::exit;
use crate::read::InputFormat;
use crate::write::OutputFormat;

/// Prices invoices exactly, explains every cent, and charges each invoice at most once.
#[derive(Debug, Parser)]
#[command(
    name = "ledgerly",
    version = concat!(env!("CARGO_PKG_VERSION"), " (", env!("LEDGERLY_COMMIT"), ")"),
    after_help = exit::HELP
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands of `ledgerly`.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Price invoices: one gives a quote with its reasons, many a table of totals
    #[command(after_help = PRICE_EXAMPLES)]
    Price(PriceOptions),
    /// Explain prices: for every step the exact amount, the shown amount and the reason
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainOptions),
}

const PRICE_EXAMPLES: &str = "\
Examples:
  ledgerly price invoice.json                     one invoice: a quote
  ledgerly price march.csv april.ndjson           a book: invoice_id,total
  ledgerly price book.csv --format json -o totals.json
  zcat book.csv.gz | ledgerly price - --input-format csv
  ledgerly price book.csv --on-error skip --rejects rejects.ndjson

A CSV book has one row a line item and a header with the columns invoice_id, tier,
loyalty_member, days_overdue, sku, unit_price and quantity, in any order; the rows of an
invoice are adjacent. Results appear when the whole book is read: complete, or not at all.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  ledgerly explain invoice.json
  ledgerly explain book.csv --format json -o quotes.json";

/// Which invoices are read, and where results go.
#[derive(Args, Debug)]
pub struct BookOptions {
    /// Files of invoices; - is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Format of the inputs [default: by extension, else by the first line]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// Format of the results [default: table for one invoice, csv for many]
    #[arg(long, short, value_name = "FORMAT")]
    pub format: Option<OutputFormat>,
    /// File for the results; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// What to do about a bad invoice
    #[arg(long, value_name = "ACTION", default_value = "stop")]
    pub on_error: OnError,
    /// File for rejected invoices, one JSON object a line: file, line, field, problem, record
    #[arg(long, value_name = "FILE", required_if_eq("on_error", "skip"))]
    pub rejects: Option<PathBuf>,
}

/// What to do about a bad invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnError {
    /// Say what is wrong and write nothing
    Stop,
    /// Put it into the rejects file and go on
    Skip,
}

/// The options of `ledgerly price`.
#[derive(Args, Debug)]
pub struct PriceOptions {
    /// What is read and written.
    #[command(flatten)]
    pub book: BookOptions,
    /// Show every step with its exact amount, as `ledgerly explain` does
    #[arg(long)]
    pub explain: bool,
}

/// The options of `ledgerly explain`.
#[derive(Args, Debug)]
pub struct ExplainOptions {
    /// What is read and written.
    #[command(flatten)]
    pub book: BookOptions,
}

impl ExplainOptions {
    /// The same, asked as `ledgerly price --explain`.
    #[must_use]
    pub fn into_price(self) -> PriceOptions {
        PriceOptions {
            book: self.book,
            explain: true,
        }
    }
}
