//! The fake gateway's own database: what it did, what it answered, what it was asked.
//!
//! It survives the process, also by SIGKILL. It is not synced on each commit, so a power cut may lose
//! its last moments: it stands for a gateway elsewhere, whose machine does not fail with ours.

use std::cell::Cell;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};

use super::objects::{Object, PaymentIntent, Stored};
use crate::gateway::{ApiReply, GatewayError};

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("migrations/0001_payments_and_calls.sql")),
    M::up(include_str!("migrations/0002_stripe_objects.sql")),
    M::up(include_str!("migrations/0003_columns_and_endpoints.sql")),
];

/// Statements that are prepared once.
const STATEMENTS_MAX: usize = 64;

/// A page is written back into the file after so many, seldom: keys have no order, so each batch meets
/// other pages.
const CHECKPOINT_PAGES: i64 = 16_000;

/// Opens the ledger in `path`, or in memory.
pub(super) fn open(path: Option<&Path>) -> Result<Connection, GatewayError> {
    let mut connection = match path {
        Some(path) => crate::repository::open_private(path)?,
        None => Connection::open_in_memory()?,
    };
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
    Ok(connection)
}

/// A transaction that holds the ledger from its start, so that two processes take turns.
pub(super) fn begin(ledger: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    ledger.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// The numbers that were given last. They are counted in memory as long as a transaction holds the
/// ledger, so that nobody else can give them meanwhile.
#[derive(Debug)]
pub(super) struct Numbers {
    object: Cell<i64>,
    ordinal: Cell<u64>,
}

impl Numbers {
    /// Those of a ledger that a transaction holds.
    pub(super) fn of(ledger: &Connection) -> rusqlite::Result<Self> {
        let last = |sql: &str| ledger.prepare_cached(sql)?.query_row([], |row| row.get(0));
        let object: i64 = last("SELECT coalesce(max(sequence), 0) FROM objects")?;
        let ordinal: i64 = last("SELECT coalesce(max(ordinal), 0) FROM requests")?;
        Ok(Self {
            object: Cell::new(object),
            ordinal: Cell::new(ordinal.unsigned_abs()),
        })
    }

    /// An identifier of a kind; the object must be kept, so that its number is not given again.
    pub(super) fn next_id<T: Object>(&self) -> String {
        self.object.set(self.object.get() + 1);
        format!("{}_{}", T::PREFIX, self.object.get())
    }

    /// The ordinal of the next request.
    pub(super) fn next_ordinal(&self) -> u64 {
        self.ordinal.set(self.ordinal.get() + 1);
        self.ordinal.get()
    }
}

/// Keeps a new object.
pub(super) fn insert<T: Object>(ledger: &Connection, object: &T) -> Result<(), GatewayError> {
    let sql = "INSERT INTO objects (sequence, id, kind, created, document, attempt_id, \
               payment_intent, is_processing) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    let number: Option<i64> = object
        .id()
        .rsplit_once('_')
        .and_then(|(_, number)| number.parse().ok());
    let found_by = object.found_by();
    ledger.prepare_cached(sql)?.execute(params![
        number,
        object.id(),
        T::KIND,
        object.created(),
        document_of(object)?,
        found_by.attempt_id,
        found_by.payment_intent,
        found_by.is_processing,
    ])?;
    Ok(())
}

/// Keeps what became of an object.
pub(super) fn update<T: Object>(ledger: &Connection, object: &T) -> Result<(), GatewayError> {
    let sql = "UPDATE objects SET document = ?2, attempt_id = ?3, is_processing = ?4 WHERE id = ?1";
    let found_by = object.found_by();
    ledger.prepare_cached(sql)?.execute(params![
        object.id(),
        document_of(object)?,
        found_by.attempt_id,
        found_by.is_processing,
    ])?;
    Ok(())
}

/// Keeps a payment intent, which is written once when it is decided at once.
pub(super) fn keep(ledger: &Connection, intent: &mut PaymentIntent) -> Result<(), GatewayError> {
    if !intent.is_new {
        return update(ledger, intent);
    }
    intent.is_new = false;
    insert(ledger, intent)
}

/// The object of a kind with this identifier.
pub(super) fn find<T: Stored>(ledger: &Connection, id: &str) -> Result<Option<T>, GatewayError> {
    let sql = "SELECT document FROM objects WHERE id = ?1 AND kind = ?2";
    let document: Option<String> = ledger
        .prepare_cached(sql)?
        .query_row([id, T::KIND], |row| row.get(0))
        .optional()?;
    document.map(|document| parsed(&document)).transpose()
}

/// The objects of a kind that `condition` selects.
pub(super) fn select<T: Stored>(
    ledger: &Connection,
    condition: &str,
    parameters: &[&dyn rusqlite::ToSql],
) -> Result<Vec<T>, GatewayError> {
    // The kind stands in the text, so that the planner sees which partial index serves.
    let kind = T::KIND;
    let sql = format!("SELECT document FROM objects WHERE kind = '{kind}' {condition}");
    let mut statement = ledger.prepare_cached(&sql)?;
    let rows = statement.query_map(parameters, |row| row.get::<_, String>(0))?;
    rows.map(|document| parsed(&document?)).collect()
}

/// The first reply under a key that is younger than `oldest`: what was asked, and the reply.
pub(super) fn reply(
    ledger: &Connection,
    key: &str,
    oldest: i64,
) -> rusqlite::Result<Option<(String, ApiReply)>> {
    let sql = "SELECT request, status, body FROM replies \
               WHERE idempotency_key = ?1 AND created > ?2";
    let mut statement = ledger.prepare_cached(sql)?;
    let found = statement.query_row(params![key, oldest], |row| {
        let reply = ApiReply {
            status: row.get(1)?,
            body: row.get(2)?,
            is_replayed: true,
        };
        Ok((row.get(0)?, reply))
    });
    found.optional()
}

/// Keeps the first reply under a key; one that has expired is forgotten.
pub(super) fn keep_reply(
    ledger: &Connection,
    key: &str,
    request: &str,
    reply: &ApiReply,
    now: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO replies (idempotency_key, request, status, body, created) \
               VALUES (?1, ?2, ?3, ?4, ?5)";
    ledger
        .prepare_cached(sql)?
        .execute(params![key, request, reply.status, reply.body, now])?;
    Ok(())
}

/// Whether a request came under this key before.
pub(super) fn had_request(ledger: &Connection, key: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM requests WHERE idempotency_key = ?1";
    ledger.prepare_cached(sql)?.exists([key])
}

/// A setting that outlives the process.
pub(super) fn setting(ledger: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT value FROM settings WHERE name = ?1";
    let mut statement = ledger.prepare_cached(sql)?;
    statement.query_row([name], |row| row.get(0)).optional()
}

/// Keeps a setting.
pub(super) fn set(ledger: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO settings (name, value) VALUES (?1, ?2)";
    ledger.prepare_cached(sql)?.execute([name, value])?;
    Ok(())
}

fn document_of(object: &impl Object) -> Result<String, GatewayError> {
    serde_json::to_string(object).map_err(|error| GatewayError::LedgerCorrupt(error.to_string()))
}

fn parsed<T: Stored>(document: &str) -> Result<T, GatewayError> {
    serde_json::from_str(document).map_err(|_| GatewayError::LedgerCorrupt(document.to_owned()))
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use rusqlite_migration::Migrations;

    use super::select;
    use crate::gateway::fake::objects::{Charge, PaymentIntent};

    #[test]
    fn the_migrations_are_valid() {
        Migrations::from_slice(super::MIGRATIONS)
            .validate()
            .unwrap();
    }

    #[test]
    fn a_payment_of_the_first_version_is_found_by_its_attempt_in_the_latest() {
        let mut ledger = Connection::open_in_memory().unwrap();
        let migrations = Migrations::from_slice(super::MIGRATIONS);
        migrations.to_version(&mut ledger, 1).unwrap();
        let payment = "INSERT INTO payments (payment_id, idempotency_key, invoice_id, amount_minor, \
                       payment_method, outcome) \
                       VALUES ('pi_1', 'k-1', 'INV-1', 100, 'pm_card_visa', 'approved')";
        ledger.execute(payment, []).unwrap();
        migrations.to_latest(&mut ledger).unwrap();
        let by_attempt = "AND attempt_id = ?1";
        let found = select::<PaymentIntent>(&ledger, by_attempt, &[&"k-1"]).unwrap();
        assert_eq!((found.len(), found[0].amount_received), (1, 100));
        let by_intent = "AND payment_intent = ?1";
        let charges = select::<Charge>(&ledger, by_intent, &[&"pi_1"]).unwrap();
        assert_eq!(charges[0].id, "ch_of_pi_1");
    }
}
