//! What `ledgerly impact` can be asked.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use crate::filter::StreamFormat;
use crate::read::InputFormat;

pub(in crate::cli) const IMPACT_EXAMPLES: &str = "\
Examples:
  ledgerly impact --after shop.toml march.csv           the standard policy against shop.toml
  ledgerly impact --before old.toml --after new.toml march.csv --as-of 2026-07-01
  ledgerly impact --before old.toml --after new.toml march.csv --format html -o impact.html
  ledgerly impact --before totals-old.csv --after totals-new.csv
  ledgerly impact --after shop.toml part.ndjson --filter > part.out
  ledgerly impact --after shop.toml --merge *.out

With a book, --before and --after are policies. Without one they are lists of totals, such as
ledgerly price writes them: CSV, NDJSON, JSON, Parquet or Arrow with invoice_id and total.
Exit code 1 when anything changes, 0 when nothing does.";

/// The options of `ledgerly impact`.
#[derive(Args, Debug)]
pub struct ImpactOptions {
    /// The policy or the list of totals before [default with a book: the standard policy]
    #[arg(long, value_name = "FILE", required_unless_present = "book")]
    pub before: Option<PathBuf>,
    /// The policy or the list of totals after
    #[arg(long, value_name = "FILE")]
    pub after: PathBuf,
    /// The book that is priced under both policies; - is standard input
    #[arg(value_name = "BOOK")]
    pub book: Vec<PathBuf>,
    /// Format of the book [default: by extension, else by the first line]
    #[arg(long, value_name = "FORMAT", requires = "book")]
    pub input_format: Option<InputFormat>,
    /// Sort the rows by invoice first: then those of one may stand apart
    #[arg(long, requires = "book")]
    pub sort: bool,
    /// The day whose rules count for every invoice [default: its day of issue]
    #[arg(long, value_name = "DATE", requires = "book")]
    pub as_of: Option<Date>,
    /// How many of the largest changes are listed [default: 10, in html 1000]
    #[arg(long, value_name = "N")]
    pub largest: Option<usize>,
    /// File for all changes, one a row: JSON or NDJSON by its extension, otherwise CSV
    #[arg(long, value_name = "FILE")]
    pub changes: Option<PathBuf>,
    /// The BOOKs are the outputs of --filter over all parts of a book: add them up
    #[arg(long, requires = "book", conflicts_with_all = ["filter", "changes", "input_format", "sort"])]
    pub merge: bool,
    /// A stream filter: the changes as they come, rejects between them, the sums of this part of the
    /// book, and a record at the end with counts and digests
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, requires = "book")]
    #[arg(default_missing_value = "ndjson", conflicts_with_all = ["changes", "sort"])]
    pub filter: Option<StreamFormat>,
    /// Read so many bytes of standard input and leave the rest: where a file stands there, a part of it
    #[arg(long, value_name = "N", requires = "filter")]
    pub input_bytes: Option<u64>,
    /// A filter's sums alone, without the changes
    #[arg(long, requires = "filter")]
    pub sums_only: bool,
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ImpactFormat,
    /// File for the result; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
}

/// The formats of an impact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImpactFormat {
    /// Text for people
    Table,
    /// One JSON object
    Json,
    /// A page of its own with a histogram and the list
    Html,
}
