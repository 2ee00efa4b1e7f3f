//! What a repository knows of money: refunds, balances, postings, what was collected.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::gateway::MinorUnits;

/// A refund of a paid attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refund {
    /// Its name, which is also the idempotency key of every request for it.
    pub refund_id: String,
    /// The invoice.
    pub invoice_id: String,
    /// The gateway's name for the payment.
    pub payment_id: String,
    /// How much.
    pub amount: MinorUnits,
    /// When it was begun; 0 when that is not known.
    pub begun_at: i64,
}

/// What [`crate::repository::InvoiceRepository::begin_refund`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BegunRefund {
    /// A refund is stored and may be sent: a new one, or an earlier one without a known outcome.
    Send(Refund),
    /// There is no such invoice.
    NoSuchInvoice,
    /// The invoice was never paid through the gateway.
    NotPaid,
    /// More was asked for than is left of the payment.
    TooMuch {
        /// What is left, in major units.
        left: Decimal,
    },
}

/// What an account holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// `receivable`, `revenue`, `gateway` or `refunds`.
    pub account: String,
    /// The currency.
    pub currency: String,
    /// In minor units; debits are positive, credits negative.
    pub amount_minor: i64,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Posting {
    /// What happened, such as `paid ATTEMPT`.
    pub entry: String,
    /// The invoice.
    pub invoice_id: String,
    /// The account.
    pub account: String,
    /// The currency.
    pub currency: String,
    /// In minor units; debits are positive, credits negative.
    pub amount_minor: i64,
}

/// A paid attempt, as the repository knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// The attempt.
    pub attempt_id: String,
    /// The invoice.
    pub invoice_id: String,
    /// What was taken, in minor units.
    pub captured: i64,
    /// What was given back, in minor units.
    pub refunded: i64,
}
