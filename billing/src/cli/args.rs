//! What `ledgerly` can be asked.

use clap::{Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::exit;

mod charging;
mod chunks;
mod database;
mod gateway;
mod impact;
mod invoice;
mod policy;
mod price;
mod render;
mod spark;
mod summary;

use impact::IMPACT_EXAMPLES;
pub(super) use impact::{ImpactFormat, ImpactOptions};
pub use policy::PolicyCommand;
pub(super) use policy::{
    DiffOptions, PolicyCheckOptions, PolicyInitOptions, PolicyShowOptions, RulesOptions,
};
use render::RENDER_EXAMPLES;
pub(super) use render::RenderOptions;
pub use spark::SparkCommand;
pub(super) use spark::SubmitOptions;

use charging::CHARGE_EXAMPLES;
pub(super) use charging::{ChargeOptions, JournalOptions, ReconcileOptions, RefundOptions};
use chunks::{MERGE_EXAMPLES, SPLIT_EXAMPLES};
pub(super) use chunks::{MergeOptions, SplitOptions};
pub use database::DbCommand;
pub(super) use database::{
    AdoptOptions, BackupOptions, CheckOptions, DatabaseOption, MigrateOptions, RoleOptions,
};
pub use gateway::{GatewayCommand, WebhooksCommand};
pub(super) use gateway::{GatewayOptions, GatewayServeOptions, WebhooksServeOptions};
use invoice::INVOICE_EXAMPLES;
pub use invoice::InvoiceCommand;
pub(super) use invoice::{ImportOptions, ListOptions, OverdueOptions, ShowOptions};
pub(super) use price::{BookOptions, ExplainOptions, OnError, PriceOptions};
use price::{EXPLAIN_EXAMPLES, PRICE_EXAMPLES};
use summary::SUMMARY_EXAMPLES;
pub(super) use summary::SummaryOptions;

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
    /// Explain prices: for every amount its formula, the exact value, the shown one, and the rule
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainOptions),
    /// Add up summaries of the parts of a book
    #[command(after_help = SUMMARY_EXAMPLES)]
    Summary(SummaryOptions),
    /// Say what a change of policy would do to a book, or compare two lists of totals
    #[command(after_help = IMPACT_EXAMPLES)]
    Impact(ImpactOptions),
    /// Cut a book into chunks of whole invoices, for many machines
    #[command(after_help = SPLIT_EXAMPLES)]
    Split(SplitOptions),
    /// Put together what a filter made of all chunks of a book, or say what is missing
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(MergeOptions),
    /// Price a book on a Spark cluster
    #[command(subcommand)]
    Spark(SparkCommand),
    /// Keep invoices in a database: import, list, show; the schema of invoice files
    #[command(subcommand, after_help = INVOICE_EXAMPLES)]
    Invoice(InvoiceCommand),
    /// Write a document for its reader: text, Markdown, HTML, UBL, JSON, CSV
    #[command(after_help = RENDER_EXAMPLES)]
    Render(RenderOptions),
    /// Work with policy files: show, check, init, diff, schema
    #[command(subcommand, after_help = POLICY_EXAMPLES)]
    Policy(PolicyCommand),
    /// Charge an invoice, or all that are due, each at most once
    #[command(after_help = CHARGE_EXAMPLES)]
    Charge(ChargeOptions),
    /// Give back what was paid for an invoice, all or a part
    #[command(
        after_help = "Examples:\n  ledgerly refund INV-1\n  ledgerly refund INV-1 --amount 20.00"
    )]
    Refund(RefundOptions),
    /// Find out what is unknown, then compare every payment with the gateway's
    #[command(
        after_help = "Example:\n  ledgerly reconcile --format json\n\nExit code 1 when there are differences."
    )]
    Reconcile(ReconcileOptions),
    /// Show what each account holds, or each posting: double entry, debits positive
    #[command(
        after_help = "Examples:\n  ledgerly journal\n  ledgerly journal --postings --invoice INV-1 --format csv"
    )]
    Journal(JournalOptions),
    /// Receive a gateway's webhooks: what became of attempts
    #[command(subcommand)]
    Webhooks(WebhooksCommand),
    /// Back the database up, or check it
    #[command(subcommand)]
    Db(DbCommand),
    /// The fake gateway over HTTP
    #[command(subcommand)]
    Gateway(GatewayCommand),
    /// Print the completion script of a shell
    #[command(
        after_help = "Example:\n  ledgerly completions bash > /etc/bash_completion.d/ledgerly"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page of ledgerly, or of one of its commands
    #[command(
        after_help = "Examples:\n  ledgerly man | man -l -\n  ledgerly man invoice import | man -l -"
    )]
    Man {
        /// The command, such as: invoice import
        command: Vec<String>,
    },
}

const POLICY_EXAMPLES: &str = "\
Examples:
  ledgerly policy init shop.toml
  ledgerly policy check shop.toml
  ledgerly policy diff shop.toml
  ledgerly price book.csv --policy shop.toml";

fn date(text: &str) -> Result<Date, String> {
    let remedy = "allowed: a day of the calendar as YYYY-MM-DD, such as 2026-04-01";
    text.parse().map_err(|error| format!("{error} ({remedy})"))
}

/// The formats of a single result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Text for people
    Table,
    /// One JSON object
    Json,
}
