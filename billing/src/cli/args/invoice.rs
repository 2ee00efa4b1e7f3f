//! What `ledgerly invoice` can be asked.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{DatabaseOption, ReportFormat, RulesOptions, date};
use crate::read::InputFormat;
use crate::repository::InvoiceState;
use crate::write::ListFormat;

/// The commands of `ledgerly invoice`.
#[derive(Debug, Subcommand)]
pub enum InvoiceCommand {
    /// Price the invoices of files and keep them, all or none
    #[command(after_help = "Example:\n  ledgerly invoice import march.csv --database billing.db")]
    Import(ImportOptions),
    /// List invoices with total and state
    #[command(after_help = "Example:\n  ledgerly invoice list --state unknown --format ndjson")]
    List(ListOptions),
    /// Raise the late fees of unpaid invoices, once each, as the policy says that they were issued under
    #[command(
        after_help = "Examples:\n  ledgerly invoice overdue --dry-run\n  ledgerly invoice overdue --as-of 2026-04-01 --format csv\n\nLists the fees that are new: what an invoice costs more because it is overdue. They are\nowed from then on, so raise them before a run charges what is due."
    )]
    Overdue(OverdueOptions),
    /// Show an invoice: its quote, its state and the attempts to charge it
    #[command(
        after_help = "Examples:\n  ledgerly invoice show INV-1\n  ledgerly invoice show INV-1 --policy next.toml    what it would come to under other rules"
    )]
    Show(ShowOptions),
    /// Print the JSON Schema of invoice files
    #[command(after_help = "Example:\n  ledgerly invoice schema > invoice.schema.json")]
    Schema,
}

pub(super) const INVOICE_EXAMPLES: &str = "\
Examples:
  ledgerly invoice import march.csv
  ledgerly invoice list --state declined
  ledgerly invoice show INV-1 --format json";

/// The options of `ledgerly invoice import`.
#[derive(Args, Debug)]
pub struct ImportOptions {
    /// Files of invoices, folders, patterns such as 'books/*.csv.gz'; - is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Format of the inputs [default: by extension, else by the first line]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
    /// Under which rules they are issued; later changes of the file do not change them.
    #[command(flatten)]
    pub rules: RulesOptions,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The options of `ledgerly invoice list`.
#[derive(Args, Debug)]
pub struct ListOptions {
    /// Only invoices in this state
    #[arg(long, value_name = "STATE")]
    pub state: Option<InvoiceState>,
    /// Format of the list
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The options of `ledgerly invoice overdue`.
#[derive(Args, Debug)]
pub struct OverdueOptions {
    /// The day on which the fees are raised [default: today]
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub as_of: Option<Date>,
    /// List the fees and raise none
    #[arg(long)]
    pub dry_run: bool,
    /// Format of the list
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The options of `ledgerly invoice show`.
#[derive(Args, Debug)]
pub struct ShowOptions {
    /// The invoice
    #[arg(value_name = "ID")]
    pub invoice_id: String,
    /// Show the quote under this policy [default: the rules that it was issued under]
    #[arg(long, value_name = "POLICY")]
    pub policy: Option<PathBuf>,
    /// Show the quote under the rules of this day [default: its day of issue]
    #[arg(long, value_name = "DATE", requires = "policy")]
    pub as_of: Option<Date>,
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}
