//! Refunds of paid attempts.

use rusqlite::{Connection, OptionalExtension, Row, params};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::attempts::minor_units;
use super::{attempts, corrupt};
use crate::error::Error;
use crate::gateway::{MinorUnits, Refunded};
use crate::repository::{Attempt, BegunRefund, Collected, InvoiceState, Refund, RepositoryError};

const SELECT: &str = "SELECT refund_id, invoice_id, payment_id, refunds.amount_minor, currency \
                      FROM refunds JOIN attempts USING (attempt_id) \
                      WHERE refunds.state = 'unknown'";

/// Stores a refund, or finds the one that is open.
pub(super) fn begin(
    connection: &Connection,
    invoice_id: &str,
    amount: Option<Decimal>,
) -> Result<BegunRefund, Error> {
    if super::due::owed(connection, invoice_id)?.is_none() {
        return Ok(BegunRefund::NoSuchInvoice);
    }
    let counting = attempts::that_counts(connection, invoice_id)?;
    let paid = counting.filter(|attempt| attempt.state == InvoiceState::Paid);
    let Some(attempt) = paid else {
        return Ok(BegunRefund::NotPaid);
    };
    if let Some(open) = open_of(connection, &attempt.attempt_id)? {
        return Ok(BegunRefund::Send(open));
    }
    let left = attempt.amount.get() - refunded(connection, &attempt.attempt_id)?;
    let currency = attempt.amount.currency();
    let left = minor_units(left, currency.code().to_owned())?;
    let asked = match amount {
        Some(amount) => MinorUnits::of_amount(amount, currency)?,
        None => left,
    };
    if asked.get() > left.get() || asked.get() == 0 {
        let left = left.to_decimal();
        return Ok(BegunRefund::TooMuch { left });
    }
    Ok(BegunRefund::Send(insert(connection, &attempt, asked)?))
}

fn insert(
    connection: &Connection,
    attempt: &Attempt,
    amount: MinorUnits,
) -> Result<Refund, RepositoryError> {
    let attempt_id = &attempt.attempt_id;
    let earlier = "SELECT count(*) FROM refunds WHERE attempt_id = ?1";
    let earlier: u32 = connection.query_row(earlier, [attempt_id], |row| row.get(0))?;
    let name = format!("ledgerly refund {} of {attempt_id}", earlier + 1);
    let refund = Refund {
        refund_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string(),
        invoice_id: attempt.invoice_id.clone(),
        payment_id: attempt.payment_id.clone().unwrap_or_default(),
        amount,
    };
    connection.execute(
        "INSERT INTO refunds (refund_id, attempt_id, number, amount_minor, state) \
         VALUES (?1, ?2, ?3, ?4, 'unknown')",
        params![refund.refund_id, attempt_id, earlier + 1, amount.get()],
    )?;
    Ok(refund)
}

/// What was given back so far.
fn refunded(connection: &Connection, attempt_id: &str) -> Result<i64, RepositoryError> {
    let sql = "SELECT coalesce(sum(amount_minor), 0) FROM refunds \
               WHERE attempt_id = ?1 AND state = 'refunded'";
    Ok(connection.query_row(sql, [attempt_id], |row| row.get(0))?)
}

fn open_of(connection: &Connection, attempt_id: &str) -> Result<Option<Refund>, RepositoryError> {
    let mut statement = connection.prepare(&format!("{SELECT} AND attempt_id = ?1"))?;
    let found = statement.query_row([attempt_id], |row| Ok(refund_of(row)));
    found.optional()?.transpose()
}

/// All refunds without a known outcome.
pub(super) fn open(connection: &Connection) -> Result<Vec<Refund>, RepositoryError> {
    let mut statement = connection.prepare(&format!("{SELECT} ORDER BY refund_id"))?;
    let mut rows = statement.query([])?;
    let mut refunds = Vec::new();
    while let Some(row) = rows.next()? {
        refunds.push(refund_of(row)?);
    }
    Ok(refunds)
}

/// Records what was decided; false when it was recorded before.
pub(super) fn decide(
    connection: &Connection,
    refund: &Refund,
    answer: &Refunded,
) -> Result<bool, RepositoryError> {
    let (state, answer) = match answer {
        Refunded::Done(name) => ("refunded", name),
        Refunded::Refused(reason) => ("refused", reason),
    };
    let sql = "UPDATE refunds SET state = ?2, answer = ?3 \
               WHERE refund_id = ?1 AND state = 'unknown'";
    let changed = connection.execute(sql, params![refund.refund_id, state, answer])?;
    Ok(changed == 1)
}

/// Shows each paid attempt with what was given back of it.
pub(super) fn each_collected(
    connection: &Connection,
    each: &mut dyn FnMut(Collected) -> Result<(), Error>,
) -> Result<(), Error> {
    let sql = "SELECT attempt_id, invoice_id, amount_minor, \
               (SELECT coalesce(sum(amount_minor), 0) FROM refunds \
                WHERE refunds.attempt_id = attempts.attempt_id AND refunds.state = 'refunded') \
               FROM attempts WHERE state = 'paid' ORDER BY attempt_id";
    let failed = RepositoryError::from;
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let collected = || -> rusqlite::Result<Collected> {
            Ok(Collected {
                attempt_id: row.get(0)?,
                invoice_id: row.get(1)?,
                captured: row.get(2)?,
                refunded: row.get(3)?,
            })
        };
        each(collected().map_err(failed)?)?;
    }
    Ok(())
}

fn refund_of(row: &Row<'_>) -> Result<Refund, RepositoryError> {
    let payment_id: Option<String> = row.get(2)?;
    Ok(Refund {
        refund_id: row.get(0)?,
        invoice_id: row.get(1)?,
        payment_id: payment_id.ok_or_else(|| corrupt("payment_id", "nothing".to_owned()))?,
        amount: minor_units(row.get(3)?, row.get(4)?)?,
    })
}
