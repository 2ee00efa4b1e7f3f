//! Repositories: which invoices there are, what each costs, and what became of its payment.

mod lock;
mod sqlite;

use jiff::civil::Date;
use pricing::{Currency, Invoice};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::Error;
use crate::gateway::{MinorUnits, Payment, PaymentMethod, Refunded};

pub use lock::RunLock;
pub use sqlite::SqliteRepository;
pub(crate) use sqlite::open_private;

/// Keeps invoices, the attempts to charge them, refunds, and the journal of all money.
///
/// Each method is one transaction: done and durable when it returns, or not at all. Times are seconds
/// since 1970.
pub trait InvoiceRepository {
    /// Adds the invoices of a book: all of them, or after an error none. An invoice that is there
    /// already with the same content is left as it is; with other content it is an error.
    fn import(
        &mut self,
        book: &mut dyn Iterator<Item = Result<NewInvoice, Error>>,
    ) -> Result<ImportCount, Error>;

    /// Shows each invoice, of one state or of any, in the order of import.
    fn list(
        &self,
        state: Option<InvoiceState>,
        each: &mut dyn FnMut(InvoiceSummary) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// The invoice with its attempts; `None` when there is none of this identifier.
    fn find(&self, invoice_id: &str) -> Result<Option<StoredInvoice>, Error>;

    /// The next invoices that are to be charged, in the order of import.
    fn due(&self, query: &DueQuery) -> Result<Vec<DueInvoice>, Error>;

    /// Makes durable attempts to charge invoices, before anything is sent; or tells for each why
    /// there is nothing new to send.
    fn begin_attempts(&mut self, wanted: &[WantedCharge], now: i64) -> Result<Vec<Begun>, Error>;

    /// Attempts whose outcome is not known, by their identifiers, after `after`.
    fn open_attempts(&self, after: &str, limit: usize) -> Result<Vec<Attempt>, Error>;

    /// The attempt of this name; `None` when there is none.
    fn attempt(&self, attempt_id: &str) -> Result<Option<Attempt>, Error>;

    /// Records what the gateway decided, in the attempts, the invoices and the journal. What is
    /// recorded already is left as it is; returns how many decisions were new.
    fn record(&mut self, decisions: &[Decision]) -> Result<usize, Error>;

    /// Makes a durable refund of a paid invoice, of an amount or of all that is left, before anything
    /// is sent.
    fn begin_refund(
        &mut self,
        invoice_id: &str,
        amount: Option<Decimal>,
    ) -> Result<BegunRefund, Error>;

    /// Refunds whose outcome is not known.
    fn open_refunds(&self) -> Result<Vec<Refund>, Error>;

    /// Records what the gateway did about a refund, in the refund and the journal.
    fn record_refund(&mut self, refund: &Refund, answer: &Refunded) -> Result<(), Error>;

    /// What each account holds. The balances of a currency add up to zero.
    fn balances(&self) -> Result<Vec<Balance>, Error>;

    /// Shows each posting of the journal, of one invoice or of all, in their order.
    fn journal(
        &self,
        invoice_id: Option<&str>,
        each: &mut dyn FnMut(Posting) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// Shows each paid attempt with what was given back of it.
    fn collected(&self, each: &mut dyn FnMut(Collected) -> Result<(), Error>) -> Result<(), Error>;
}

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
    /// When a declined invoice is charged again by itself; `None` is never.
    pub retry_at: Option<i64>,
}

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
}

/// What [`InvoiceRepository::begin_refund`] found.
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

/// An invoice to be imported.
#[derive(Clone, Debug)]
pub struct NewInvoice {
    /// The invoice.
    pub invoice: Invoice,
    /// Its price.
    pub total: Decimal,
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

    fn of_name(name: &str) -> Option<Self> {
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
    /// Its price.
    #[serde(with = "pricing::amount")]
    pub total: Decimal,
    /// What of it is to be paid.
    #[serde(with = "pricing::amount")]
    pub due: Decimal,
    /// In which currency.
    pub currency: Currency,
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

/// What [`InvoiceRepository::begin_attempts`] found for an invoice.
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

/// Why a repository could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// The file is missing.
    #[error(
        "there is no database {path} (import invoices first: ledgerly invoice import FILE..., or name another one with --database)"
    )]
    Missing {
        /// The file.
        path: String,
    },
    /// Another process charges from this database.
    #[error(
        "the database {path} is in use by {holder} (wait until it has ended, and run this again)"
    )]
    Locked {
        /// The database.
        path: String,
        /// Who uses it, and what for.
        holder: String,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The database is of a newer version, or damaged.
    #[error("the database cannot be used: {0}")]
    Version(#[from] rusqlite_migration::Error),
    /// Something stored cannot be understood.
    #[error("the database holds {value:?} as {what}, which this program cannot have written")]
    Corrupt {
        /// The column.
        what: &'static str,
        /// What stands there.
        value: String,
    },
}
