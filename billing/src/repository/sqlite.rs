//! The embedded repository: one `SQLite` file.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use pricing::amount;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};
use rust_decimal::Decimal;

use super::{
    Attempt, Balance, Begun, BegunRefund, Collected, Decision, DueInvoice, DueQuery, ImportCount,
    InvoiceRepository, InvoiceState, InvoiceSummary, NewInvoice, Posting, Refund, RepositoryError,
    StoredInvoice, WantedCharge,
};
use crate::error::{BadInput, Error};
use crate::gateway::{MinorUnits, Outcome, Refunded, counted};

mod attempts;
mod check;
mod due;
mod journal;
mod refunds;

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("migrations/0001_invoices_and_attempts.sql")),
    M::up(include_str!("migrations/0002_runs_refunds_journal.sql")),
];

/// Statements that are prepared once.
const STATEMENTS_MAX: usize = 64;

/// How long one process waits for another that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Invoices in one `SQLite` file.
#[derive(Debug)]
pub struct SqliteRepository {
    connection: Connection,
}

impl SqliteRepository {
    /// The repository in the file at `path`, made when it is missing.
    pub fn create(path: &Path) -> Result<Self, RepositoryError> {
        Self::migrated(open_private(path)?)
    }

    /// The repository in the file at `path`, which must be there.
    pub fn open(path: &Path) -> Result<Self, RepositoryError> {
        if !path.exists() {
            let path = path.display().to_string();
            return Err(RepositoryError::Missing { path });
        }
        Self::create(path)
    }

    /// A repository that forgets when it is dropped.
    pub fn in_memory() -> Result<Self, RepositoryError> {
        let connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Self::migrated(connection)
    }

    fn migrated(mut connection: Connection) -> Result<Self, RepositoryError> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
        Ok(Self { connection })
    }

    fn transaction(&mut self) -> Result<rusqlite::Transaction<'_>, RepositoryError> {
        // Immediate: what is read stays true until it is written.
        let behavior = TransactionBehavior::Immediate;
        Ok(self.connection.transaction_with_behavior(behavior)?)
    }
}

/// Opens a database that survives a power cut; a new file is readable by its owner alone.
pub(crate) fn open_private(path: &Path) -> rusqlite::Result<Connection> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // When the file is there already, or cannot be made, opening it says what is wrong.
    drop(options.open(path));
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

impl InvoiceRepository for SqliteRepository {
    fn import(
        &mut self,
        book: &mut dyn Iterator<Item = Result<NewInvoice, Error>>,
    ) -> Result<ImportCount, Error> {
        let transaction = self.transaction()?;
        let mut count = ImportCount::default();
        for new in book {
            if insert(&transaction, &new?)? {
                count.imported += 1;
            } else {
                count.unchanged += 1;
            }
        }
        transaction.commit().map_err(RepositoryError::from)?;
        Ok(count)
    }

    fn list(
        &self,
        state: Option<InvoiceState>,
        each: &mut dyn FnMut(InvoiceSummary) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut statement = self
            .connection
            .prepare(
                "SELECT invoice_id, total, state FROM invoices \
                 WHERE ?1 IS NULL OR state = ?1 ORDER BY sequence",
            )
            .map_err(RepositoryError::from)?;
        let mut rows = statement
            .query([state.map(InvoiceState::name)])
            .map_err(RepositoryError::from)?;
        while let Some(row) = rows.next().map_err(RepositoryError::from)? {
            each(summary_of(row)?)?;
        }
        Ok(())
    }

    fn find(&self, invoice_id: &str) -> Result<Option<StoredInvoice>, Error> {
        let Some(document) = document_of(&self.connection, invoice_id)? else {
            return Ok(None);
        };
        let invoice = serde_json::from_str(&document).map_err(|_| RepositoryError::Corrupt {
            what: "document",
            value: document,
        })?;
        let summary = summary(&self.connection, invoice_id)?;
        let owed = due::owed(&self.connection, invoice_id)?;
        let attempts = attempts::of_invoice(&self.connection, invoice_id)?;
        Ok(summary.zip(owed).map(|(summary, owed)| StoredInvoice {
            invoice,
            total: summary.total,
            due: owed.amount,
            currency: owed.currency,
            state: summary.state,
            attempts,
        }))
    }

    fn due(&self, query: &DueQuery) -> Result<Vec<DueInvoice>, Error> {
        Ok(due::select(&self.connection, query)?)
    }

    fn begin_attempts(&mut self, wanted: &[WantedCharge], now: i64) -> Result<Vec<Begun>, Error> {
        let transaction = self.transaction()?;
        let begun = wanted.iter().map(|wanted| begin(&transaction, wanted, now));
        let begun = begun.collect::<Result<_, _>>()?;
        transaction.commit().map_err(RepositoryError::from)?;
        Ok(begun)
    }

    fn open_attempts(&self, after: &str, limit: usize) -> Result<Vec<Attempt>, Error> {
        Ok(attempts::open(&self.connection, after, limit)?)
    }

    fn attempt(&self, attempt_id: &str) -> Result<Option<Attempt>, Error> {
        Ok(attempts::find(&self.connection, attempt_id)?)
    }

    fn record(&mut self, decisions: &[Decision]) -> Result<usize, Error> {
        let transaction = self.transaction()?;
        let mut recorded = 0;
        for decision in decisions {
            recorded += usize::from(decide(&transaction, decision)?);
        }
        transaction.commit().map_err(RepositoryError::from)?;
        Ok(recorded)
    }

    fn begin_refund(
        &mut self,
        invoice_id: &str,
        amount: Option<Decimal>,
    ) -> Result<BegunRefund, Error> {
        let transaction = self.transaction()?;
        let begun = refunds::begin(&transaction, invoice_id, amount)?;
        transaction.commit().map_err(RepositoryError::from)?;
        Ok(begun)
    }

    fn open_refunds(&self) -> Result<Vec<Refund>, Error> {
        Ok(refunds::open(&self.connection)?)
    }

    fn record_refund(&mut self, refund: &Refund, answer: &Refunded) -> Result<(), Error> {
        let transaction = self.transaction()?;
        if refunds::decide(&transaction, refund, answer)? && matches!(answer, Refunded::Done(_)) {
            let entry = format!("refunded {}", refund.refund_id);
            let amount = refund.amount;
            journal::post(
                &transaction,
                &entry,
                &refund.invoice_id,
                amount.currency(),
                [("refunds", amount.get()), ("gateway", -amount.get())],
            )?;
        }
        transaction.commit().map_err(RepositoryError::from)?;
        Ok(())
    }

    fn balances(&self) -> Result<Vec<Balance>, Error> {
        Ok(journal::balances(&self.connection)?)
    }

    fn journal(
        &self,
        invoice_id: Option<&str>,
        each: &mut dyn FnMut(Posting) -> Result<(), Error>,
    ) -> Result<(), Error> {
        journal::each(&self.connection, invoice_id, each)
    }

    fn collected(&self, each: &mut dyn FnMut(Collected) -> Result<(), Error>) -> Result<(), Error> {
        refunds::each_collected(&self.connection, each)
    }
}

fn begin(connection: &Connection, wanted: &WantedCharge, now: i64) -> Result<Begun, Error> {
    let invoice_id = &wanted.invoice_id;
    let Some(owed) = due::owed(connection, invoice_id)? else {
        return Ok(Begun::NoSuchInvoice);
    };
    match (owed.state, attempts::that_counts(connection, invoice_id)?) {
        (InvoiceState::Paid, paid) => Ok(Begun::AlreadyPaid(paid)),
        (_, Some(open)) => Ok(Begun::Open(open)),
        (_, None) if owed.amount.is_zero() => {
            set_state(connection, invoice_id, InvoiceState::Paid, None)?;
            Ok(Begun::NothingDue)
        }
        (_, None) => {
            let Ok(amount) = MinorUnits::of_amount(owed.amount, owed.currency) else {
                return Ok(Begun::NotChargeable {
                    amount: owed.amount,
                    currency: owed.currency,
                });
            };
            let attempt = attempts::insert(connection, wanted, amount, now)?;
            // Unknown from now on: whatever happens to this process, the attempt may be made.
            set_state(connection, invoice_id, InvoiceState::Unknown, None)?;
            Ok(Begun::New(attempt))
        }
    }
}

/// False when the decision was recorded before, maybe by another process.
fn decide(connection: &Connection, decision: &Decision) -> Result<bool, RepositoryError> {
    let (attempt, payment) = (&decision.attempt, &decision.payment);
    let (state, reason) = match &payment.outcome {
        Outcome::Approved => (InvoiceState::Paid, None),
        Outcome::Declined(reason) => (InvoiceState::Declined, Some(reason.code())),
    };
    if !attempts::decide(connection, attempt, state, &payment.payment_id, reason)? {
        return Ok(false);
    }
    set_state(connection, &attempt.invoice_id, state, decision.retry_at)?;
    if state == InvoiceState::Paid {
        let entry = format!("paid {}", attempt.attempt_id);
        let amount = attempt.amount;
        journal::post(
            connection,
            &entry,
            &attempt.invoice_id,
            amount.currency(),
            [("gateway", amount.get()), ("receivable", -amount.get())],
        )?;
    }
    Ok(true)
}

/// False when the same invoice is there already.
fn insert(connection: &Connection, new: &NewInvoice) -> Result<bool, Error> {
    let invoice_id = new.invoice.invoice_id();
    let document = serde_json::to_string(&new.invoice)
        .map_err(|error| Error::io("writing", format!("invoice {invoice_id:?}"), error.into()))?;
    match document_of(connection, invoice_id)? {
        Some(stored) if stored == document => Ok(false),
        Some(_) => Err(Error::BadInput(BadInput {
            file: new.file.clone(),
            line: Some(new.line),
            field: Some("invoice_id".to_owned()),
            problem: format!(
                "{invoice_id:?} is in the database with other content (an issued invoice is not changed; give the new one its own identifier)"
            ),
        })),
        None => {
            insert_new(connection, new, &document)?;
            Ok(true)
        }
    }
}

fn insert_new(connection: &Connection, new: &NewInvoice, document: &str) -> Result<(), Error> {
    let invoice_id = new.invoice.invoice_id();
    let Some(units) = counted(new.due, new.currency) else {
        return Err(Error::BadInput(BadInput {
            file: new.file.clone(),
            line: Some(new.line),
            field: None,
            problem: format!(
                "{invoice_id:?} comes to {} {}, which the journal cannot count (allowed: at most {} minor units)",
                new.due,
                new.currency,
                i64::MAX
            ),
        }));
    };
    let sql = "INSERT INTO invoices (invoice_id, document, total, due, currency, due_on, state) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let parameters = params![
        invoice_id,
        document,
        new.total.to_string(),
        new.due.to_string(),
        new.currency.code(),
        new.due_on.map(|date| date.to_string()),
        InvoiceState::Issued.name()
    ];
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute(parameters))
        .map_err(RepositoryError::from)?;
    let entry = format!("issued {invoice_id}");
    let postings = [("receivable", units), ("revenue", -units)];
    Ok(journal::post(
        connection,
        &entry,
        invoice_id,
        new.currency,
        postings,
    )?)
}

fn document_of(connection: &Connection, id: &str) -> Result<Option<String>, RepositoryError> {
    let sql = "SELECT document FROM invoices WHERE invoice_id = ?1";
    Ok(connection
        .prepare_cached(sql)?
        .query_row([id], |row| row.get(0))
        .optional()?)
}

fn summary(connection: &Connection, id: &str) -> Result<Option<InvoiceSummary>, RepositoryError> {
    let sql = "SELECT invoice_id, total, state FROM invoices WHERE invoice_id = ?1";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(summary_of).transpose()
}

fn summary_of(row: &rusqlite::Row<'_>) -> Result<InvoiceSummary, RepositoryError> {
    let (total, state): (String, String) = (row.get(1)?, row.get(2)?);
    Ok(InvoiceSummary {
        invoice_id: row.get(0)?,
        total: amount::parse(&total).map_err(|_| corrupt("total", total))?,
        state: InvoiceState::of_name(&state).ok_or_else(|| corrupt("state", state))?,
    })
}

fn set_state(
    connection: &Connection,
    invoice_id: &str,
    state: InvoiceState,
    retry_at: Option<i64>,
) -> Result<(), RepositoryError> {
    let sql = "UPDATE invoices SET state = ?2, retry_at = ?3 WHERE invoice_id = ?1";
    connection
        .prepare_cached(sql)?
        .execute(params![invoice_id, state.name(), retry_at])?;
    Ok(())
}

fn corrupt(what: &'static str, value: String) -> RepositoryError {
    RepositoryError::Corrupt { what, value }
}

#[cfg(test)]
mod tests;
