//! Which gateway is used, and what `ledgerly gateway` and `ledgerly webhooks` can be asked.

use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::DatabaseOption;

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

/// The commands of `ledgerly gateway`.
#[derive(Debug, Subcommand)]
pub enum GatewayCommand {
    /// Serve the fake gateway: Stripe's interface with durable idempotency, declines, faults, webhooks
    #[command(after_help = GATEWAY_EXAMPLES)]
    Serve(GatewayServeOptions),
}

pub(super) const GATEWAY_EXAMPLES: &str = "\
Examples:
  ledgerly gateway serve --ledger gateway.db
  LEDGERLY_GATEWAY_KEY=sk_test_1 ledgerly charge INV-1 --gateway http://127.0.0.1:12111

The first line on standard output is the address. No money moves: payment methods are
test ones, such as pm_card_visa and pm_card_chargeDeclinedInsufficientFunds. The status page
is /_ledgerly/; GET /_ledgerly/ledger tells what was truly taken, GET /_ledgerly/requests what
was asked, POST /_ledgerly/faults and /_ledgerly/clock (JSON) let requests fail and time pass, and
/_ledgerly/authenticate answers for a customer of whom a payment requires an action:
  curl 127.0.0.1:12111/_ledgerly/faults --json '{\"ordinals\":{\"3\":\"drop_after\"}}'
  curl 127.0.0.1:12111/_ledgerly/faults --json '{\"seed\":7,\"per_thousand\":{\"error_after\":20}}'
  curl 127.0.0.1:12111/_ledgerly/faults --json '{\"ordinals\":{\"3\":\"delay\"},\"delay_ms\":5000}'
  curl 127.0.0.1:12111/_ledgerly/clock --json '{\"advance\":86400}'
  curl 127.0.0.1:12111/_ledgerly/authenticate --json '{\"payment_intent\":\"pi_1\",\"succeeds\":true}'
Faults: drop_before drop_after delay error_before error_after conflict rate_limited
slow_settlement webhook_duplicated webhook_reordered webhook_lost.";

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
    /// How many seconds an answer is waited for; after that it is unknown what became of a request
    #[arg(long, value_name = "SECONDS", default_value = "80")]
    pub gateway_timeout: NonZeroU16,
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
    /// Tell each request on standard output: method, path, status
    #[arg(long)]
    pub log_requests: bool,
    /// Where webhooks are sent; may be given several times
    #[arg(long, value_name = "URL", requires = "webhook_secret_file")]
    pub webhook: Vec<String>,
    /// File with the secret that webhooks are signed with: one for all places, or one for each
    #[arg(long, value_name = "FILE", requires = "webhook")]
    pub webhook_secret_file: Vec<PathBuf>,
}
