//! The fake gateway's own database: what it did, what it answered, what it was asked.
//!
//! It survives the process, also by SIGKILL. It is not synced on each commit, so a power cut may lose
//! its last moments: it stands for a gateway elsewhere, whose machine does not fail with ours.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use rusqlite_migration::{M, Migrations};

use super::objects::Object;
use crate::gateway::{ApiReply, GatewayError};

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("migrations/0001_payments_and_calls.sql")),
    M::up(include_str!("migrations/0002_stripe_objects.sql")),
];

/// Statements that are prepared once.
const STATEMENTS_MAX: usize = 64;

/// Opens the ledger in `path`, or in memory.
pub(super) fn open(path: Option<&Path>) -> Result<Connection, GatewayError> {
    let mut connection = match path {
        Some(path) => crate::repository::open_private(path)?,
        None => Connection::open_in_memory()?,
    };
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
    Ok(connection)
}

/// A transaction that holds the ledger from its start, so that two processes take turns.
pub(super) fn begin(ledger: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    ledger.transaction_with_behavior(TransactionBehavior::Immediate)
}

/// The next identifier of a kind.
pub(super) fn next_id<T: Object>(ledger: &Connection) -> rusqlite::Result<String> {
    let next = next_of(ledger, "SELECT coalesce(max(sequence), 0) + 1 FROM objects")?;
    Ok(format!("{}_{next}", T::PREFIX))
}

/// The ordinal of the next request.
pub(super) fn next_ordinal(ledger: &Connection) -> rusqlite::Result<u64> {
    let next = next_of(ledger, "SELECT coalesce(max(ordinal), 0) + 1 FROM requests")?;
    Ok(next.unsigned_abs())
}

fn next_of(ledger: &Connection, sql: &str) -> rusqlite::Result<i64> {
    ledger.prepare_cached(sql)?.query_row([], |row| row.get(0))
}

/// Keeps a new object.
pub(super) fn insert<T: Object>(ledger: &Connection, object: &T) -> Result<(), GatewayError> {
    let sql = "INSERT INTO objects (id, kind, created, document) VALUES (?1, ?2, ?3, ?4)";
    let document = document_of(object)?;
    ledger.prepare_cached(sql)?.execute(params![
        object.id(),
        T::KIND,
        object.created(),
        document
    ])?;
    Ok(())
}

/// Keeps what became of an object.
pub(super) fn update<T: Object>(ledger: &Connection, object: &T) -> Result<(), GatewayError> {
    let sql = "UPDATE objects SET document = ?2 WHERE id = ?1";
    let document = document_of(object)?;
    ledger
        .prepare_cached(sql)?
        .execute(params![object.id(), document])?;
    Ok(())
}

/// The object of a kind with this identifier.
pub(super) fn find<T: Object>(ledger: &Connection, id: &str) -> Result<Option<T>, GatewayError> {
    let sql = "SELECT document FROM objects WHERE id = ?1 AND kind = ?2";
    let document: Option<String> = ledger
        .prepare_cached(sql)?
        .query_row([id, T::KIND], |row| row.get(0))
        .optional()?;
    document.map(|document| parsed(&document)).transpose()
}

/// The objects of a kind that `condition` selects.
pub(super) fn select<T: Object>(
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

fn parsed<T: Object>(document: &str) -> Result<T, GatewayError> {
    serde_json::from_str(document).map_err(|_| GatewayError::LedgerCorrupt(document.to_owned()))
}

#[cfg(test)]
mod tests {
    use rusqlite_migration::Migrations;

    #[test]
    fn the_migrations_are_valid() {
        Migrations::from_slice(super::MIGRATIONS)
            .validate()
            .unwrap();
    }
}
