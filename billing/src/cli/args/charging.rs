//! What charging, refunding, reconciling and the journal can be asked.

use std::num::{NonZeroU8, NonZeroU16, NonZeroU32};

use clap::Args;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{DatabaseOption, GatewayOptions, ReportFormat, date};
use crate::gateway::PaymentMethod;
use crate::write::ListFormat;

pub(super) const CHARGE_EXAMPLES: &str = "\
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
A declined invoice belongs to the runs 3, then 5, then 7 days after, or as the policy says that it
was issued under, unless the reason is final.

Without --gateway the gateway is a fake one without a network; its ledger is the database's name with the
suffix .gateway. The payment method decides what it does: pm_card_visa is approved, the
pm_card_chargeDeclined... methods are declined, pm_card_timeoutBeforeCharge and
pm_card_timeoutAfterCharge lose the answer, so that the outcome is unknown until the
invoice is charged again.";

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
    pub format: ListFormat,
    /// Where invoices are kept.
    #[command(flatten)]
    pub database: DatabaseOption,
}
