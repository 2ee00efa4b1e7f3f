//! What `ledgerly price` and `ledgerly explain` can be asked.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::RulesOptions;
use crate::filter::StreamFormat;
use crate::read::InputFormat;
use crate::write::OutputFormat;

pub(super) const PRICE_EXAMPLES: &str = "\
Examples:
  ledgerly price invoice.json                     one invoice: a quote
  ledgerly price march.csv april.ndjson           a book: invoice_id,total
  ledgerly price may.parquet june.arrows -o totals.parquet
  ledgerly price book.csv -o totals.json
  ledgerly price books/ 'archive/*.csv.gz' -o totals.csv.gz
  curl -s https://example.com/book.csv | ledgerly price - --input-format csv
  ledgerly price book.csv --summary               what the book comes to, by tier and tax
  ledgerly price book.csv -o totals.csv --summary=summary.json
  ledgerly price book.csv --on-error skip --rejects rejects.ndjson
  ledgerly price - --filter < part.ndjson         for an engine or a queue: see --filter

A CSV book has one row a line item and a header with the columns invoice_id, tier,
loyalty_member, days_overdue, sku, unit_price and quantity, in any order; the rows of an
invoice are adjacent, or else --sort brings them together: in memory that does not grow with
the book, results in the order of invoice_id (INV-9 before INV-10). Optional columns, empty where there is nothing to say, are
  of the line item:  description, unit, tax (several codes: state + city),
                     line_discount_* and line_charge_* (rate, amount, base, reason);
  of the invoice:    kind, credits, issue_date, due_date, currency, prices_include_tax, note,
                     payment_terms, payable_rounding,
                     seller_* and buyer_* (name, tax_id, street, city, postal_code, country),
                     document_discount_* and document_charge_* (rate, amount, base, reason,
                     tax), prepayment_* (amount, date, reason),
                     preceding_* (invoice_id, issue_date).
A second of a kind is numbered: line_discount_2_rate. The rows of an invoice repeat what is
of the invoice. ledgerly invoice schema says what each may hold.

Results appear when the whole book is read: complete, or not at all.";

pub(super) const EXPLAIN_EXAMPLES: &str = "\
Examples:
  ledgerly explain invoice.json
  ledgerly explain book.csv --format json -o quotes.json
  ledgerly explain --replay quotes.json             exit code 1 when an amount differs";

/// Which invoices are read, and where results go.
#[derive(Args, Debug)]
pub struct BookOptions {
    /// Files of invoices, folders, patterns such as 'books/*.csv.gz'; - is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Format of the inputs [default: by extension, else by the first line]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// Sort the rows by invoice first: then those of one may stand apart, also in several inputs
    #[arg(long)]
    pub sort: bool,
    /// Format of the results [default: by the extension of --output, else table for one invoice, csv for many]
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
    /// Under which rules.
    #[command(flatten)]
    pub rules: RulesOptions,
    /// Show every step with its exact amount, as `ledgerly explain` does
    #[arg(long)]
    pub explain: bool,
    /// What the book comes to by tier, tax and rounding, instead of each invoice; =FILE: beside them
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "-"
    )]
    pub summary: Option<PathBuf>,
    /// A stream filter: results as they come, rejects between them (or in --rejects), and a record at the
    /// end with counts and digests; a stream without it was cut short
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "ndjson")]
    #[arg(conflicts_with_all = ["format", "explain", "rounding_report", "sort"])]
    pub filter: Option<StreamFormat>,
    /// Read so many bytes of standard input and leave the rest: where a file stands there, a part of it
    #[arg(long, value_name = "N", requires = "filter")]
    pub input_bytes: Option<u64>,
    /// File for what rounding moved, by rule: JSON when it ends in .json, otherwise a table
    #[arg(long, value_name = "FILE")]
    pub rounding_report: Option<PathBuf>,
}

/// The options of `ledgerly explain`.
#[derive(Args, Debug)]
pub struct ExplainOptions {
    /// What is read and written.
    #[command(flatten)]
    pub book: BookOptions,
    /// Under which rules.
    #[command(flatten)]
    pub rules: RulesOptions,
    /// The inputs are explanations in JSON: compute every amount again and compare
    #[arg(long)]
    pub replay: bool,
}

impl ExplainOptions {
    /// The same, asked as `ledgerly price --explain`.
    #[must_use]
    pub fn into_price(self) -> PriceOptions {
        PriceOptions {
            book: self.book,
            rules: self.rules,
            explain: true,
            summary: None,
            filter: None,
            input_bytes: None,
            rounding_report: None,
        }
    }
}
