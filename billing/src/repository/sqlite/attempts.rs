//! The attempts to charge an invoice.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::corrupt;
use crate::gateway::MinorUnits;
use crate::repository::{Attempt, InvoiceState, RepositoryError, WantedCharge};

const SELECT: &str = "SELECT attempt_id, invoice_id, amount_minor, payment_method, state, payment_id, \
                      decline_reason, number, begun_at, currency FROM attempts";

/// All attempts, first to last.
pub(super) fn of_invoice(
    connection: &Connection,
    invoice_id: &str,
) -> Result<Vec<Attempt>, RepositoryError> {
    let mut statement =
        connection.prepare(&format!("{SELECT} WHERE invoice_id = ?1 ORDER BY number"))?;
    let mut rows = statement.query([invoice_id])?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(attempt_of(row)?);
    }
    Ok(attempts)
}

/// The attempt that was paid or may have been; the schema allows one.
pub(super) fn that_counts(
    connection: &Connection,
    invoice_id: &str,
) -> Result<Option<Attempt>, RepositoryError> {
    let mut statement = connection.prepare_cached(&format!(
        "{SELECT} WHERE invoice_id = ?1 AND state <> 'declined'"
    ))?;
    let mut rows = statement.query([invoice_id])?;
    rows.next()?.map(attempt_of).transpose()
}

/// Those without a known outcome, by identifier, after `after`.
pub(super) fn open(
    connection: &Connection,
    after: &str,
    limit: usize,
) -> Result<Vec<Attempt>, RepositoryError> {
    let sql = format!(
        "{SELECT} WHERE state = 'unknown' AND attempt_id > ?1 ORDER BY attempt_id LIMIT {limit}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([after])?;
    let mut attempts = Vec::new();
    while let Some(row) = rows.next()? {
        attempts.push(attempt_of(row)?);
    }
    Ok(attempts)
}

/// The attempt of this name.
pub(super) fn find(
    connection: &Connection,
    attempt_id: &str,
) -> Result<Option<Attempt>, RepositoryError> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE attempt_id = ?1"))?;
    let mut rows = statement.query([attempt_id])?;
    rows.next()?.map(attempt_of).transpose()
}

/// Stores the next attempt, its outcome unknown.
pub(super) fn insert(
    connection: &Connection,
    wanted: &WantedCharge,
    amount: MinorUnits,
    now: i64,
) -> Result<Attempt, RepositoryError> {
    let invoice_id = &wanted.invoice_id;
    let earlier = "SELECT count(*) FROM attempts WHERE invoice_id = ?1";
    let earlier: u32 = connection
        .prepare_cached(earlier)?
        .query_row([invoice_id], |row| row.get(0))?;
    let attempt = Attempt {
        attempt_id: attempt_id(invoice_id, earlier + 1),
        invoice_id: invoice_id.to_owned(),
        number: earlier + 1,
        begun_at: now,
        amount,
        payment_method: wanted.payment_method.clone(),
        state: InvoiceState::Unknown,
        payment_id: None,
        decline_reason: None,
    };
    let sql = "INSERT INTO attempts (attempt_id, invoice_id, number, begun_at, amount_minor, \
               currency, payment_method, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    connection.prepare_cached(sql)?.execute(params![
        attempt.attempt_id,
        attempt.invoice_id,
        attempt.number,
        attempt.begun_at,
        amount.get(),
        amount.currency().code(),
        attempt.payment_method.as_str(),
        attempt.state.name()
    ])?;
    Ok(attempt)
}

/// Records the decision on an attempt; false when it was recorded before.
pub(super) fn decide(
    connection: &Connection,
    attempt: &Attempt,
    state: InvoiceState,
    payment_id: &str,
    decline_reason: Option<&str>,
) -> Result<bool, RepositoryError> {
    let sql = "UPDATE attempts SET state = ?2, payment_id = ?3, decline_reason = ?4 \
               WHERE attempt_id = ?1 AND state = 'unknown'";
    let parameters = params![attempt.attempt_id, state.name(), payment_id, decline_reason];
    let changed = connection.prepare_cached(sql)?.execute(parameters)?;
    Ok(changed == 1)
}

/// Follows from invoice and number alone: a database that was lost and filled again asks the gateway
/// under the same keys, so that it cannot charge twice what it has forgotten.
fn attempt_id(invoice_id: &str, number: u32) -> String {
    let name = format!("ledgerly attempt {number} of {invoice_id}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}

fn attempt_of(row: &Row<'_>) -> Result<Attempt, RepositoryError> {
    let (amount, method, state): (i64, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
    Ok(Attempt {
        attempt_id: row.get(0)?,
        invoice_id: row.get(1)?,
        number: row.get(7)?,
        begun_at: row.get(8)?,
        amount: minor_units(amount, row.get(9)?)?,
        payment_method: method
            .parse()
            .map_err(|_| corrupt("payment_method", method))?,
        state: InvoiceState::of_name(&state).ok_or_else(|| corrupt("state", state))?,
        payment_id: row.get(5)?,
        decline_reason: row.get(6)?,
    })
}

/// A stored amount.
pub(super) fn minor_units(amount: i64, currency: String) -> Result<MinorUnits, RepositoryError> {
    let currency = currency
        .parse()
        .map_err(|_| corrupt("currency", currency))?;
    MinorUnits::new(amount, currency).ok_or_else(|| corrupt("amount_minor", amount.to_string()))
}
