//! The attempts to charge an invoice.

use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::corrupt;
use crate::gateway::{MinorUnits, PaymentMethod};
use crate::repository::{Attempt, InvoiceState, RepositoryError};

const SELECT: &str = "SELECT attempt_id, invoice_id, amount_minor, payment_method, state, payment_id, \
                      decline_reason FROM attempts WHERE invoice_id = ?1";

/// All attempts, first to last.
pub(super) fn of_invoice(
    connection: &Connection,
    invoice_id: &str,
) -> Result<Vec<Attempt>, RepositoryError> {
    let mut statement = connection.prepare(&format!("{SELECT} ORDER BY number"))?;
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
    let mut statement = connection.prepare(&format!("{SELECT} AND state <> 'declined'"))?;
    let mut rows = statement.query([invoice_id])?;
    rows.next()?.map(attempt_of).transpose()
}

/// Stores the next attempt, its outcome unknown.
pub(super) fn insert(
    connection: &Connection,
    invoice_id: &str,
    amount: MinorUnits,
    payment_method: &PaymentMethod,
) -> Result<Attempt, RepositoryError> {
    let earlier = "SELECT count(*) FROM attempts WHERE invoice_id = ?1";
    let earlier: i64 = connection.query_row(earlier, [invoice_id], |row| row.get(0))?;
    let attempt = Attempt {
        attempt_id: attempt_id(invoice_id, earlier + 1),
        invoice_id: invoice_id.to_owned(),
        amount,
        payment_method: payment_method.clone(),
        state: InvoiceState::Unknown,
        payment_id: None,
        decline_reason: None,
    };
    connection.execute(
        "INSERT INTO attempts (attempt_id, invoice_id, number, amount_minor, payment_method, state) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            attempt.attempt_id,
            attempt.invoice_id,
            earlier + 1,
            amount.get(),
            payment_method.to_string(),
            attempt.state.name()
        ],
    )?;
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
    let changed = connection.execute(
        "UPDATE attempts SET state = ?2, payment_id = ?3, decline_reason = ?4 \
         WHERE attempt_id = ?1 AND state = 'unknown'",
        params![attempt.attempt_id, state.name(), payment_id, decline_reason],
    )?;
    Ok(changed == 1)
}

/// Follows from invoice and number alone: a database that was lost and filled again asks the gateway
/// under the same keys, so that it cannot charge twice what it has forgotten.
fn attempt_id(invoice_id: &str, number: i64) -> String {
    let name = format!("ledgerly attempt {number} of {invoice_id}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}

fn attempt_of(row: &Row<'_>) -> Result<Attempt, RepositoryError> {
    let (amount, method, state): (i64, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
    Ok(Attempt {
        attempt_id: row.get(0)?,
        invoice_id: row.get(1)?,
        amount: MinorUnits::new(amount)
            .ok_or_else(|| corrupt("amount_minor", amount.to_string()))?,
        payment_method: method
            .parse()
            .map_err(|_| corrupt("payment_method", method))?,
        state: InvoiceState::of_name(&state).ok_or_else(|| corrupt("state", state))?,
        payment_id: row.get(5)?,
        decline_reason: row.get(6)?,
    })
}
