//! What `ledgerly` can be asked.

use std::net::SocketAddr;
use std::num::{NonZeroU8, NonZeroU16, NonZeroU32};
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::exit;
use crate::gateway::PaymentMethod;
use crate::read::InputFormat;
use crate::repository::InvoiceState;
use crate::write::OutputFormat;

mod policy;
mod render;

pub use policy::PolicyCommand;
pub(super) use policy::{
    DiffOptions, PolicyCheckOptions, PolicyInitOptions, PolicyShowOptions, RulesOptions,
};
use render::RENDER_EXAMPLES;
pub(super) use render::RenderOptions;

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
    /// Keep invoices in a database: import, list, show
    #[command(subcommand, after_help = INVOICE_EXAMPLES)]
    Invoice(InvoiceCommand),
    /// Write a document for its reader: text, Markdown, HTML, UBL, JSON
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

/// The commands of `ledgerly invoice`.
#[derive(Debug, Subcommand)]
pub enum InvoiceCommand {
    /// Price the invoices of files and keep them, all or none
    #[command(after_help = "Example:\n  ledgerly invoice import march.csv --database billing.db")]
    Import(ImportOptions),
    /// List invoices with total and state
    #[command(after_help = "Example:\n  ledgerly invoice list --state unknown --format ndjson")]
    List(ListOptions),
    /// Show an invoice: its quote, its state and the attempts to charge it
    #[command(after_help = "Example:\n  ledgerly invoice show INV-1")]
    Show(ShowOptions),
}

/// The commands of `ledgerly webhooks`.
#[derive(Debug, Subcommand)]
pub enum WebhooksCommand {
    /// Receive webhooks; only signed ones count, and each at most once
    #[command(
        after_help = "Example:\n  ledgerly webhooks serve --webhook-secret-file secret\n\nThe first line on standard output is the address."
    )]
    Serve(WebhooksServeOptions),
}

/// The options of `ledgerly webhooks serve`.
#[derive(Args, Debug)]
pub struct WebhooksServeOptions {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:12112")]
    pub listen: SocketAddr,
    /// File with the secret that webhooks are signed with
    #[arg(long, value_name = "FILE")]
    pub webhook_secret_file: PathBuf,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The commands of `ledgerly db`.
#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Copy the database as it is now into a new file, also while it is in use
    #[command(after_help = "Example:\n  ledgerly db backup ledgerly-2026-04-01.db")]
    Backup(BackupOptions),
    /// Check the file, and that invoices, attempts and journal agree
    #[command(
        after_help = "Example:\n  ledgerly db check --database ledgerly-2026-04-01.db\n\nExit code 1 when something is wrong."
    )]
    Check(CheckOptions),
}

/// The options of `ledgerly db backup`.
#[derive(Args, Debug)]
pub struct BackupOptions {
    /// The new file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The options of `ledgerly db check`.
#[derive(Args, Debug)]
pub struct CheckOptions {
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The commands of `ledgerly gateway`.
#[derive(Debug, Subcommand)]
pub enum GatewayCommand {
    /// Serve the fake gateway: Stripe's interface with durable idempotency, declines, faults, webhooks
    #[command(after_help = GATEWAY_EXAMPLES)]
    Serve(GatewayServeOptions),
}

const GATEWAY_EXAMPLES: &str = "\
Examples:
  ledgerly gateway serve --ledger gateway.db
  LEDGERLY_GATEWAY_KEY=sk_test_1 ledgerly charge INV-1 --gateway http://127.0.0.1:12111

The first line on standard output is the address. No money moves: payment methods are
test ones, such as pm_card_visa and pm_card_chargeDeclinedInsufficientFunds. The status page
is /_ledgerly/; GET /_ledgerly/ledger tells what was truly taken, GET /_ledgerly/requests what
was asked, POST /_ledgerly/faults and /_ledgerly/clock (JSON) let requests fail and time pass:
  curl 127.0.0.1:12111/_ledgerly/faults --json '{\"ordinals\":{\"3\":\"drop_after\"}}'
  curl 127.0.0.1:12111/_ledgerly/faults --json '{\"seed\":7,\"per_thousand\":{\"error_after\":20}}'
  curl 127.0.0.1:12111/_ledgerly/clock --json '{\"advance\":86400}'
Faults: drop_before drop_after delay error_before error_after conflict rate_limited
slow_settlement webhook_duplicated webhook_reordered webhook_lost.";
const POLICY_EXAMPLES: &str = "\
Examples:
  ledgerly policy init shop.toml
  ledgerly policy check shop.toml
  ledgerly policy diff shop.toml
  ledgerly price book.csv --policy shop.toml";

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
  ledgerly explain book.csv --format json -o quotes.json
  ledgerly explain --replay quotes.json             exit code 1 when an amount differs";

const INVOICE_EXAMPLES: &str = "\
Examples:
  ledgerly invoice import march.csv
  ledgerly invoice list --state declined
  ledgerly invoice show INV-1 --format json";

const CHARGE_EXAMPLES: &str = "\
Examples:
  ledgerly charge INV-1
  ledgerly charge INV-1 --payment-method pm_card_chargeDeclinedInsufficientFunds
  ledgerly charge INV-1 --payment-method pm_card_timeoutAfterCharge
  ledgerly charge --all --dry-run
  ledgerly charge --due-before 2026-04-01 --concurrency 8 --rate 80
  ledgerly charge --ids INV-1,INV-7

  LEDGERLY_GATEWAY_KEY=sk_test_1 ledgerly charge INV-1 --gateway http://127.0.0.1:12111

A run stores its intents a batch at a time before it sends anything, and results after.
Interrupted, it is resumed by the next run, which resolves what is open under its own keys.
A declined invoice belongs to the runs 3, then 5, then 7 days after, unless the reason is final.

Without --gateway the gateway is a fake one without a network; its ledger is the database's name with the
suffix .gateway. The payment method decides what it does: pm_card_visa is approved, the
pm_card_chargeDeclined... methods are declined, pm_card_timeoutBeforeCharge and
pm_card_timeoutAfterCharge lose the answer, so that the outcome is unknown until the
invoice is charged again.";

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
    /// Under which rules.
    #[command(flatten)]
    pub rules: RulesOptions,
    /// Show every step with its exact amount, as `ledgerly explain` does
    #[arg(long)]
    pub explain: bool,
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
            rounding_report: None,
        }
    }
}

/// Which database is used.
#[derive(Args, Debug)]
pub struct DatabaseOption {
    /// The database of invoices
    #[arg(
        long,
        value_name = "FILE",
        env = "LEDGERLY_DATABASE",
        hide_env_values = true,
        default_value = "ledgerly.db"
    )]
    pub database: PathBuf,
}

/// Which gateway is used.
#[derive(Args, Debug)]
pub struct GatewayOptions {
    /// The gateway's address [default: the fake one in this process]
    #[arg(
        long,
        value_name = "URL",
        env = "LEDGERLY_GATEWAY",
        hide_env_values = true
    )]
    pub gateway: Option<String>,
    /// File with the gateway's API key [default: it stands in the environment]
    #[arg(long, value_name = "FILE")]
    pub gateway_key_file: Option<PathBuf>,
}

/// The options of `ledgerly gateway serve`.
#[derive(Args, Debug)]
pub struct GatewayServeOptions {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:12111")]
    pub listen: SocketAddr,
    /// The gateway's ledger, made when it is missing
    #[arg(long, value_name = "FILE", default_value = "gateway.db")]
    pub ledger: PathBuf,
    /// File with the API key that is accepted [default: from the environment, else any]
    #[arg(long, value_name = "FILE")]
    pub gateway_key_file: Option<PathBuf>,
    /// Where webhooks are sent
    #[arg(long, value_name = "URL", requires = "webhook_secret_file")]
    pub webhook: Option<String>,
    /// File with the secret that webhooks are signed with
    #[arg(long, value_name = "FILE", requires = "webhook")]
    pub webhook_secret_file: Option<PathBuf>,
}

/// The options of `ledgerly invoice import`.
#[derive(Args, Debug)]
pub struct ImportOptions {
    /// Files of invoices; - is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Format of the inputs [default: by extension, else by the first line]
    #[arg(long, value_name = "FORMAT")]
    pub input_format: Option<InputFormat>,
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
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
    pub format: OutputFormat,
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
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The options of `ledgerly charge`.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("selection").required(true)))]
pub struct ChargeOptions {
    /// The invoice
    #[arg(value_name = "ID", group = "selection")]
    pub invoice_id: Option<String>,
    /// Charge all invoices that are issued, or declined with the day of the next attempt come
    #[arg(long, group = "selection")]
    pub all: bool,
    /// The same, only those to be paid before this day (YYYY-MM-DD)
    #[arg(long, value_name = "DATE", group = "selection", value_parser = date)]
    pub due_before: Option<Date>,
    /// Charge these invoices
    #[arg(
        long,
        value_name = "ID,...",
        value_delimiter = ',',
        group = "selection"
    )]
    pub ids: Vec<String>,
    /// Say what would be charged, and charge nothing
    #[arg(long, conflicts_with = "invoice_id")]
    pub dry_run: bool,
    /// How many charges are on their way at once
    #[arg(
        long,
        value_name = "N",
        default_value = "1",
        conflicts_with = "invoice_id"
    )]
    pub concurrency: NonZeroU8,
    /// How many charges are sent a second, at most
    #[arg(long, value_name = "N", conflicts_with = "invoice_id")]
    pub rate: Option<NonZeroU32>,
    /// How many intents are stored in one commit
    #[arg(
        long,
        value_name = "N",
        default_value = "200",
        conflicts_with = "invoice_id"
    )]
    pub batch: NonZeroU16,
    /// With what it is paid
    #[arg(long, value_name = "METHOD", default_value = "pm_card_visa")]
    pub payment_method: PaymentMethod,
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
    /// Who takes the money.
    #[command(flatten)]
    pub gateway: GatewayOptions,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

fn date(text: &str) -> Result<Date, String> {
    let remedy = "allowed: a day of the calendar as YYYY-MM-DD, such as 2026-04-01";
    text.parse().map_err(|error| format!("{error} ({remedy})"))
}

/// The options of `ledgerly refund`.
#[derive(Args, Debug)]
pub struct RefundOptions {
    /// The invoice
    #[arg(value_name = "ID")]
    pub invoice_id: String,
    /// How much [default: all that is left]
    #[arg(long, value_name = "AMOUNT", value_parser = pricing::amount::parse)]
    pub amount: Option<Decimal>,
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
    /// Who gives the money back.
    #[command(flatten)]
    pub gateway: GatewayOptions,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The options of `ledgerly reconcile`.
#[derive(Args, Debug)]
pub struct ReconcileOptions {
    /// Format of the result
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: ReportFormat,
    /// With whom.
    #[command(flatten)]
    pub gateway: GatewayOptions,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The options of `ledgerly journal`.
#[derive(Args, Debug)]
pub struct JournalOptions {
    /// Show each posting instead of the balances
    #[arg(long)]
    pub postings: bool,
    /// Only postings of this invoice
    #[arg(long, value_name = "ID", requires = "postings")]
    pub invoice: Option<String>,
    /// Format of the list
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    pub format: OutputFormat,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// The formats of a single result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// Text for people
    Table,
    /// One JSON object
    Json,
}
