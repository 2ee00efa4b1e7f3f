//! What `ledgerly policy` can be asked, and under which rules prices are made.

use std::path::PathBuf;
use std::rc::Rc;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::ReportFormat;
use crate::error::Error;
use crate::policy::Rules;
use crate::read::Book;
use crate::write::printable;

/// The commands of `ledgerly policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Show the rules of a policy on a day, with their hash
    #[command(after_help = "Example:\n  ledgerly policy show shop.toml --as-of 2026-07-01")]
    Show(PolicyShowOptions),
    /// Check a policy file and list its periods
    #[command(after_help = "Example:\n  ledgerly policy check shop.toml")]
    Check(PolicyCheckOptions),
    /// Write the standard policy as a file to begin with
    #[command(after_help = "Example:\n  ledgerly policy init shop.toml")]
    Init(PolicyInitOptions),
    /// List the rules in which two policies differ; exit code 1 when they do
    #[command(
        after_help = "Examples:\n  ledgerly policy diff shop.toml                 against the standard policy\n  ledgerly policy diff before.toml after.toml --as-of 2026-07-01"
    )]
    Diff(DiffOptions),
    /// Print the JSON Schema of policy files
    #[command(after_help = "Example:\n  ledgerly policy schema > policy.schema.json")]
    Schema,
}

/// The options of `ledgerly policy show`.
#[derive(Args, Debug)]
pub struct PolicyShowOptions {
    /// The policy file, TOML or JSON [default: the standard policy]
    #[arg(value_name = "POLICY")]
    pub policy: Option<PathBuf>,
    /// The day whose rules are shown
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
}

/// The options of `ledgerly policy check`.
#[derive(Args, Debug)]
pub struct PolicyCheckOptions {
    /// The policy file, TOML or JSON
    #[arg(value_name = "POLICY")]
    pub policy: PathBuf,
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
}

/// The options of `ledgerly policy init`.
#[derive(Args, Debug)]
pub struct PolicyInitOptions {
    /// The file to write; it must not exist; - is standard output
    #[arg(value_name = "FILE", default_value = "policy.toml")]
    pub file: PathBuf,
}

/// The options of `ledgerly policy diff`.
#[derive(Args, Debug)]
pub struct DiffOptions {
    /// The policy, or the one before and the one after
    #[arg(value_name = "POLICY", required = true, num_args = 1..=2)]
    pub policies: Vec<PathBuf>,
    /// The day whose rules are compared
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
}

/// Under which rules prices are made.
#[derive(Args, Debug)]
pub struct RulesOptions {
    /// The policy file, TOML or JSON [default: the standard policy]
    #[arg(long, value_name = "POLICY")]
    pub policy: Option<PathBuf>,
    /// The day whose rules count for every invoice [default: its day of issue]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    /// What to do when a UBL document states other amounts than it comes to
    #[arg(long, value_name = "ACTION", default_value = "refuse")]
    pub stated_totals: StatedTotals,
}

/// What to do when a UBL document states other amounts than it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum StatedTotals {
    /// Take the document for bad input
    Refuse,
    /// Say so on standard error and go on with ours
    Warn,
}

impl RulesOptions {
    /// The rules that are asked for.
    pub(in crate::cli) fn load(&self) -> Result<Rules, Error> {
        Rules::load(self.policy.as_deref(), self.as_of)
    }

    /// `book`, read under `rules` and as is asked for.
    pub(in crate::cli) fn applied_to(&self, book: Book, rules: &Rules) -> Book {
        let book = book.under(rules.clone());
        match self.stated_totals {
            StatedTotals::Refuse => book,
            StatedTotals::Warn => book.telling(Rc::new(|bad| {
                eprintln!("warning: {}", printable(&bad.to_string()));
            })),
        }
    }
}
