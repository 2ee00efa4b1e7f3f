//! The embedded repository: one `SQLite` file.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use pricing::amount;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};

use super::{
    Attempt, Begun, ImportCount, InvoiceRepository, InvoiceState, InvoiceSummary, NewInvoice,
    RepositoryError, StoredInvoice,
};
use crate::error::{BadInput, Error};
use crate::gateway::{MinorUnits, Outcome, Payment, PaymentMethod};

mod attempts;

const MIGRATIONS: &[M<'_>] = &[M::up(include_str!(
    "migrations/0001_invoices_and_attempts.sql"
))];

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
        let attempts = attempts::of_invoice(&self.connection, invoice_id)?;
        Ok(summary.map(|summary| StoredInvoice {
            invoice,
            total: summary.total,
            state: summary.state,
            attempts,
        }))
    }

    fn begin_attempt(
        &mut self,
        invoice_id: &str,
        payment_method: PaymentMethod,
    ) -> Result<Begun, Error> {
        let transaction = self.transaction()?;
        let Some(summary) = summary(&transaction, invoice_id)? else {
            return Ok(Begun::NoSuchInvoice);
        };
        let counting = attempts::that_counts(&transaction, invoice_id)?;
        let begun = match (summary.state, counting) {
            (InvoiceState::Paid, paid) => Begun::AlreadyPaid(paid),
            (_, Some(open)) => Begun::Open(open),
            (_, None) if summary.total.is_zero() => {
                set_state(&transaction, invoice_id, InvoiceState::Paid)?;
                Begun::NothingDue
            }
            (_, None) => {
                let amount = MinorUnits::try_from(summary.total)?;
                let attempt = attempts::insert(&transaction, invoice_id, amount, &payment_method)?;
                // Unknown from now on: whatever happens to this process, the attempt may be made.
                set_state(&transaction, invoice_id, InvoiceState::Unknown)?;
                Begun::New(attempt)
            }
        };
        transaction.commit().map_err(RepositoryError::from)?;
        Ok(begun)
    }

    fn record(&mut self, attempt: &Attempt, payment: &Payment) -> Result<(), Error> {
        let (state, decline_reason) = match &payment.outcome {
            Outcome::Approved => (InvoiceState::Paid, None),
            Outcome::Declined(reason) => (InvoiceState::Declined, Some(reason.code())),
        };
        let transaction = self.transaction()?;
        let is_recorded = attempts::decide(
            &transaction,
            attempt,
            state,
            &payment.payment_id,
            decline_reason,
        )?;
        // Another process may have recorded the same decision first.
        if is_recorded {
            set_state(&transaction, &attempt.invoice_id, state)?;
        }
        transaction.commit().map_err(RepositoryError::from)?;
        Ok(())
    }
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
            let state = InvoiceState::Issued.name();
            let parameters = params![invoice_id, document, new.total.to_string(), state];
            connection
                .execute(
                    "INSERT INTO invoices (invoice_id, document, total, state) VALUES (?1, ?2, ?3, ?4)",
                    parameters,
                )
                .map_err(RepositoryError::from)?;
            Ok(true)
        }
    }
}

fn document_of(connection: &Connection, id: &str) -> Result<Option<String>, RepositoryError> {
    let sql = "SELECT document FROM invoices WHERE invoice_id = ?1";
    Ok(connection
        .query_row(sql, [id], |row| row.get(0))
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
) -> Result<(), RepositoryError> {
    let sql = "UPDATE invoices SET state = ?2 WHERE invoice_id = ?1";
    connection.execute(sql, [invoice_id, state.name()])?;
    Ok(())
}

fn corrupt(what: &'static str, value: String) -> RepositoryError {
    RepositoryError::Corrupt { what, value }
}

#[cfg(test)]
mod tests;
