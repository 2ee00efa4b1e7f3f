//! Repositories: which invoices there are, what each costs, and what became of its payment.

mod sqlite;

use pricing::Invoice;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::Error;
use crate::gateway::{MinorUnits, Payment, PaymentMethod};

pub use sqlite::SqliteRepository;
pub(crate) use sqlite::open_private;

/// Keeps invoices and the attempts to charge them.
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

    /// Makes a durable attempt to charge the invoice, before anything is sent; or tells why there
    /// is nothing new to send.
    fn begin_attempt(
        &mut self,
        invoice_id: &str,
        payment_method: PaymentMethod,
    ) -> Result<Begun, Error>;

    /// Records what the gateway decided.
    fn record(&mut self, attempt: &Attempt, payment: &Payment) -> Result<(), Error>;
}

/// An invoice to be imported.
#[derive(Clone, Debug)]
pub struct NewInvoice {
    /// The invoice.
    pub invoice: Invoice,
    /// Its price.
    pub total: Decimal,
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

/// What [`InvoiceRepository::begin_attempt`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// A new attempt is stored and may be sent.
    New(Attempt),
    /// An earlier attempt has no known outcome: it must be resolved, under its own key.
    Open(Attempt),
    /// The invoice is paid by this attempt, or without one because nothing was due.
    AlreadyPaid(Option<Attempt>),
    /// The invoice costs nothing and is now paid.
    NothingDue,
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
