//! Repositories: which invoices there are, what each costs, and what became of its payment.

mod database;
mod error;
mod lock;
mod postgres;
mod records;
mod sql;
mod sqlite;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::error::Error;
use crate::gateway::{PaymentMethod, Refunded};

pub use error::RepositoryError;
pub use lock::RunLock;
pub use postgres::{PostgresUrl, role_sql};
pub use records::*;
pub use sql::Repository;
pub(crate) use sqlite::{forked, open_private};

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

    /// How many invoices are to be charged; the query's limit does not count.
    fn due_count(&self, query: &DueQuery) -> Result<u64, Error>;

    /// The same invoices as [`InvoiceRepository::due`] gives, each with a durable attempt to charge it, made before anything is sent.
    /// Invoices that another worker takes at the same time are left to it.
    fn begin_due(
        &mut self,
        query: &DueQuery,
        payment_method: &PaymentMethod,
        now: i64,
    ) -> Result<Vec<(DueInvoice, Begun)>, Error>;

    /// Makes durable attempts to charge invoices, before anything is sent; or tells for each why
    /// there is nothing new to send.
    fn begin_attempts(&mut self, wanted: &[WantedCharge], now: i64) -> Result<Vec<Begun>, Error>;

    /// Unpaid invoices that were to be paid before `as_of` and bear no late fee that was raised, after a
    /// place in the order of import.
    fn overdue(&self, as_of: Date, after: i64, limit: usize) -> Result<Vec<OverdueInvoice>, Error>;

    /// Raises late fees, in the invoices and the journal; tells for each whether it is new. None is
    /// raised twice, nor on an invoice that was paid or is being charged.
    fn raise_late_fees(&mut self, fees: &[LateFee]) -> Result<Vec<bool>, Error>;

    /// Takes over the attempts that workers left open which have died; returns how many.
    fn take_over(&mut self) -> Result<u64, Error>;

    /// Attempts whose outcome is not known, by their identifiers, after `after`; without those of other
    /// workers.
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
        now: i64,
    ) -> Result<BegunRefund, Error>;

    /// Refunds whose outcome is not known.
    fn open_refunds(&self) -> Result<Vec<Refund>, Error>;

    /// Records what the gateway did about a refund, in the refund and the journal.
    fn record_refund(&mut self, refund: &Refund, answer: &Refunded) -> Result<(), Error>;

    /// The refunds of an attempt that are recorded as given back.
    fn done_refunds(&self, attempt_id: &str) -> Result<Vec<Refund>, Error>;

    /// Records that a refund gives nothing back after all, also when it was recorded as given back;
    /// the journal then takes it back. False when that was known, or there is no such refund.
    fn fail_refund(&mut self, refund_id: &str, reason: &str) -> Result<bool, Error>;

    /// The name under which this database asks gateways, so that several can share one.
    fn database_id(&self) -> Result<String, Error>;

    /// Takes the name of a database that was lost, to go on in its place.
    fn adopt(&mut self, database_id: &str) -> Result<(), Error>;

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
