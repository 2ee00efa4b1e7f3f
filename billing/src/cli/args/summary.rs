//! What `ledgerly summary` can be asked.

use std::path::PathBuf;

use clap::Args;

use super::ReportFormat;

pub(super) const SUMMARY_EXAMPLES: &str = "\
Examples:
  ledgerly price march.csv -o march-totals.csv --summary=march.json
  ledgerly summary march.json april.json          what both months come to
  ledgerly summary parts/*.json --format json -o whole.json

Sums are exact, so the order of the parts and how a book was cut into them change nothing:
the summary of the parts is that of the whole book, letter by letter. One file may hold several
summaries, one after the other.";

/// The options of `ledgerly summary`.
#[derive(Args, Debug)]
pub struct SummaryOptions {
    /// Summaries in JSON, as `ledgerly price --summary=FILE.json` writes them; - is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Format of the result [default: by the extension of --output, else table]
    #[arg(long, short, value_name = "FORMAT")]
    pub format: Option<ReportFormat>,
    /// File for the result; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
}
