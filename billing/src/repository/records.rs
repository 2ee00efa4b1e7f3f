//! What a repository keeps and finds: invoices, attempts, refunds, postings.

use std::sync::Arc;

use jiff::civil::Date;
use pricing::{Currency, Invoice, Policy};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::gateway::{MinorUnits, Payment, PaymentMethod};

mod money;

pub use money::*;

/// Which invoices are to be charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DueQuery {
    /// Only those that are to be paid before this day.
    pub due_before: Option<Date>,
    /// Declined ones whose next attempt is due by now belong to it.
    pub now: i64,
    /// Only those after this place in the order of import.
    pub after: i64,
    /// At most so many.
    pub limit: usize,
}

/// An invoice that is to be charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueInvoice {
    /// Its place in the order of import.
    pub sequence: i64,
    /// Its identifier.
    pub invoice_id: String,
    /// What remains to be paid.
    pub amount: Decimal,
    /// In which currency.
    pub currency: Currency,
}

/// An unpaid invoice whose day has passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverdueInvoice {
    /// Its place in the order of import.
    pub sequence: i64,
    /// The invoice as imported.
    pub invoice: Invoice,
    /// The rules that it was issued under.
    pub policy: Policy,
    /// The day by which it was to be paid.
    pub due_on: Date,
    /// Its price.
    pub total: Decimal,
    /// What remains to be paid.
    pub due: Decimal,
    /// In which currency.
    pub currency: Currency,
}

/// A late fee that is to be raised on an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateFee {
    /// The invoice.
    pub invoice_id: String,
    /// How much.
    pub amount: Decimal,
    /// The price with it.
    pub total: Decimal,
    /// What remains to be paid with it.
    pub due: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// The day on which it is raised.
    pub raised_on: Date,
}

/// A late fee that was raised after the invoice was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RaisedLateFee {
    /// How much.
    #[serde(with = "pricing::amount")]
    pub amount: Decimal,
    /// On which day.
    pub raised_on: Date,
}

/// An invoice that is to be charged with a payment method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedCharge {
    /// The invoice.
    pub invoice_id: String,
    /// With what.
    pub payment_method: PaymentMethod,
}

/// What the gateway decided about an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The attempt.
    pub attempt: Attempt,
    /// The decision.
    pub payment: Payment,
    /// When it became known; a declined invoice is charged again so long after it as its policy says.
    pub known_at: i64,
}

/// An invoice to be imported.
#[derive(Clone, Debug)]
pub struct NewInvoice {
    /// The invoice.
    pub invoice: Invoice,
    /// Its price.
    pub total: Decimal,
    /// The rules under which that is its price.
    pub policy: Arc<Policy>,
    /// What of it remains to be paid.
    pub due: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// The day by which it is to be paid.
    pub due_on: Option<Date>,
    /// The input it comes from, for messages.
    pub file: String,
    /// The line on which it begins.
    pub line: u64,
}

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportCount {
    /// Invoices that are new.
    pub imported: u64,
    /// Invoices that were there already, with the same content.
    pub unchanged: u64,
}

/// How far the payment of an invoice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum InvoiceState {
    /// Never charged.
    Issued,
    /// Paid.
    Paid,
    /// The last attempt was declined.
    Declined,
    /// An attempt was begun and its outcome is not known.
    Unknown,
}

impl InvoiceState {
    const ALL: [Self; 4] = [Self::Issued, Self::Paid, Self::Declined, Self::Unknown];

    /// The word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Paid => "paid",
            Self::Declined => "declined",
            Self::Unknown => "unknown",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A line of a list of invoices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvoiceSummary {
    /// The invoice.
    pub invoice_id: String,
    /// Its price.
    #[serde(with = "pricing::amount")]
    pub total: Decimal,
    /// How far its payment is.
    pub state: InvoiceState,
}

/// An invoice with all that is known about its payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredInvoice {
    /// The invoice as imported.
    pub invoice: Invoice,
    /// The rules that it was issued under.
    #[serde(skip)]
    pub policy: Policy,
    /// Its price.
    #[serde(with = "pricing::amount")]
    pub total: Decimal,
    /// What of it is to be paid.
    #[serde(with = "pricing::amount")]
    pub due: Decimal,
    /// In which currency.
    pub currency: Currency,
    /// The part of the price that was added because it was not paid in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_fee: Option<RaisedLateFee>,
    /// How far its payment is.
    pub state: InvoiceState,
    /// The attempts to charge it, first to last.
    pub attempts: Vec<Attempt>,
}

/// An attempt to charge an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Its name, which is also the idempotency key of every request for it.
    pub attempt_id: String,
    /// The name of the database that asks; attempts of the first versions have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_id: Option<String>,
    /// The invoice.
    pub invoice_id: String,
    /// Its place among the attempts of the invoice, from 1.
    pub number: u32,
    /// When it was begun; 0 when that is not known.
    pub begun_at: i64,
    /// How much was asked for.
    pub amount: MinorUnits,
    /// With what.
    pub payment_method: PaymentMethod,
    /// `unknown` until the gateway's decision is recorded.
    pub state: InvoiceState,
    /// The gateway's name for the payment, once decided.
    pub payment_id: Option<String>,
    /// Why it was declined, if it was.
    pub decline_reason: Option<String>,
}

/// What [`super::InvoiceRepository::begin_attempts`] found for an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// A new attempt is stored and may be sent.
    New(Attempt),
    /// An earlier attempt has no known outcome: it must be resolved, under its own key.
    Open(Attempt),
    /// The invoice is paid by this attempt, or without one because nothing was due.
    AlreadyPaid(Option<Attempt>),
    /// Nothing is to be paid, so the invoice is now paid.
    NothingDue,
    /// What is to be paid is not an amount that a gateway takes, such as that of a credit note.
    NotChargeable {
        /// The amount.
        amount: Decimal,
        /// Its currency.
        currency: Currency,
    },
    /// There is no such invoice.
    NoSuchInvoice,
}
