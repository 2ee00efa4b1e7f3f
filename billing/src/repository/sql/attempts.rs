//! The attempts to charge an invoice.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{corrupt, limit, rows, state};
use crate::error::Error;
use crate::gateway::{MinorUnits, PaymentMethod};
use crate::repository::database::{Database, Row, Value, all, first};
use crate::repository::{Attempt, Decision, InvoiceState, RepositoryError, WantedCharge};

const SELECT: &str = "SELECT attempt_id, invoice_id, amount_minor, payment_method, state, payment_id, \
                      decline_reason, number, begun_at, currency, database_id FROM attempts";

/// All attempts, first to last.
pub(super) fn of_invoice(database: &dyn Database, invoice_id: &str) -> Result<Vec<Attempt>, Error> {
    let sql = format!("{SELECT} WHERE invoice_id = ?1 ORDER BY number");
    all(database, &sql, &[invoice_id.into()], attempt_of)
}

/// The attempt that was paid or may have been; the schema allows one.
pub(super) fn that_counts(
    database: &dyn Database,
    invoice_id: &str,
) -> Result<Option<Attempt>, Error> {
    let sql = format!("{SELECT} WHERE invoice_id = ?1 AND state <> 'declined'");
    first(database, &sql, &[invoice_id.into()], attempt_of)
}

/// Those without a known outcome, by identifier, after `after`.
pub(super) fn open(
    database: &dyn Database,
    after: &str,
    count: usize,
) -> Result<Vec<Attempt>, Error> {
    let own = database.own_attempts();
    let sql = format!(
        "{SELECT} WHERE state = 'unknown' AND attempt_id > ?1{own} ORDER BY attempt_id LIMIT ?2"
    );
    all(
        database,
        &sql,
        &[after.into(), limit(count).into()],
        attempt_of,
    )
}

/// The attempt of this name.
pub(super) fn find(database: &dyn Database, attempt_id: &str) -> Result<Option<Attempt>, Error> {
    let sql = format!("{SELECT} WHERE attempt_id = ?1");
    first(database, &sql, &[attempt_id.into()], attempt_of)
}

/// Stores the next attempt, its outcome unknown.
pub(super) fn insert(
    database: &dyn Database,
    wanted: &WantedCharge,
    amount: MinorUnits,
    now: i64,
) -> Result<Attempt, Error> {
    let invoice_id = &wanted.invoice_id;
    let earlier = "SELECT count(*) FROM attempts WHERE invoice_id = ?1";
    let earlier = first(database, earlier, &[invoice_id.into()], |row| {
        row.integer(0)
    })?;
    let method = &wanted.payment_method;
    let name = database_id(database)?;
    let attempt = next(invoice_id, earlier.unwrap_or(0), amount, method, now, &name);
    insert_all(database, std::slice::from_ref(&attempt))?;
    Ok(attempt)
}

/// The attempt that follows so many earlier ones, its outcome unknown.
pub(super) fn next(
    invoice_id: &str,
    earlier: i64,
    amount: MinorUnits,
    payment_method: &PaymentMethod,
    now: i64,
    database_id: &str,
) -> Attempt {
    let number = 1 + u32::try_from(earlier).unwrap_or(0);
    Attempt {
        attempt_id: attempt_id(invoice_id, number),
        database_id: Some(database_id.to_owned()),
        invoice_id: invoice_id.to_owned(),
        number,
        begun_at: now,
        amount,
        payment_method: payment_method.clone(),
        state: InvoiceState::Unknown,
        payment_id: None,
        decline_reason: None,
    }
}

/// Stores new attempts.
pub(super) fn insert_all(database: &dyn Database, attempts: &[Attempt]) -> Result<(), Error> {
    let sql = "INSERT INTO attempts (attempt_id, invoice_id, number, begun_at, amount_minor, \
               currency, payment_method, state, database_id) VALUES {rows}";
    let values: Vec<Value<'_>> = attempts
        .iter()
        .flat_map(|attempt| {
            [
                (&attempt.attempt_id).into(),
                (&attempt.invoice_id).into(),
                i64::from(attempt.number).into(),
                attempt.begun_at.into(),
                attempt.amount.get().into(),
                attempt.amount.currency().code().into(),
                attempt.payment_method.as_str().into(),
                attempt.state.name().into(),
                attempt.database_id.as_ref().into(),
            ]
        })
        .collect();
    rows::execute(database, sql, 9, &values)
}

/// How many attempts each of these invoices has, and which have one that was paid or may have been.
pub(super) fn of_invoices<'a>(
    database: &dyn Database,
    invoice_ids: impl Iterator<Item = &'a String>,
) -> Result<HashMap<String, Earlier>, Error> {
    // An outer join makes each database look the few invoices up, instead of reading all attempts.
    let sql = "SELECT named.column1, count(attempt_id), \
               CAST(coalesce(sum(CASE WHEN state <> 'declined' THEN 1 ELSE 0 END), 0) AS BIGINT) \
               FROM (VALUES {rows}) AS named CROSS JOIN attempts \
               WHERE attempts.invoice_id = named.column1 GROUP BY named.column1";
    let values: Vec<Value<'_>> = invoice_ids.map(Value::from).collect();
    let mut found = HashMap::new();
    rows::query(database, sql, 1, &values, &mut |row| {
        let earlier = Earlier {
            count: row.integer(1)?,
            has_one_that_counts: row.integer(2)? > 0,
        };
        found.insert(row.text(0)?, earlier);
        Ok(())
    })?;
    Ok(found)
}

/// The attempts of an invoice so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Earlier {
    pub(super) count: i64,
    pub(super) has_one_that_counts: bool,
}

/// Records that attempts were paid; returns those of which it was not recorded before.
pub(super) fn pay_all<'a>(
    database: &dyn Database,
    paid: impl Iterator<Item = &'a Decision>,
) -> Result<HashSet<String>, Error> {
    let sql = "UPDATE attempts SET state = 'paid', payment_id = decided.column2 \
               FROM (VALUES {rows}) AS decided \
               WHERE attempts.attempt_id = decided.column1 AND attempts.state = 'unknown' \
               RETURNING attempts.attempt_id";
    let values: Vec<Value<'_>> = paid
        .flat_map(|decision| {
            [
                (&decision.attempt.attempt_id).into(),
                (&decision.payment.payment_id).into(),
            ]
        })
        .collect();
    let mut new = HashSet::new();
    rows::query(database, sql, 2, &values, &mut |row| {
        new.insert(row.text(0)?);
        Ok(())
    })?;
    Ok(new)
}

/// Records that an attempt was declined; false when a decision was recorded before.
pub(super) fn decline(
    database: &dyn Database,
    attempt: &Attempt,
    payment_id: &str,
    reason: &str,
) -> Result<bool, Error> {
    let sql = "UPDATE attempts SET state = 'declined', payment_id = ?2, decline_reason = ?3 \
               WHERE attempt_id = ?1 AND state = 'unknown'";
    let values = [
        (&attempt.attempt_id).into(),
        payment_id.into(),
        reason.into(),
    ];
    Ok(database.execute(sql, &values)? == 1)
}

/// The name under which this database asks gateways.
pub(super) fn database_id(database: &dyn Database) -> Result<String, Error> {
    let sql = "SELECT value FROM settings WHERE name = 'database_id'";
    let found = first(database, sql, &[], |row| row.text(0))?;
    Ok(found.ok_or_else(|| corrupt("database_id", String::new()))?)
}

/// Follows from invoice and number alone: a database that was lost and filled again asks the gateway
/// under the same keys, so that it cannot charge twice what it has forgotten.
fn attempt_id(invoice_id: &str, number: u32) -> String {
    let name = format!("ledgerly attempt {number} of {invoice_id}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string()
}

fn attempt_of(row: &dyn Row) -> Result<Attempt, RepositoryError> {
    let (method, number) = (row.text(3)?, row.integer(7)?);
    Ok(Attempt {
        attempt_id: row.text(0)?,
        database_id: row.optional_text(10)?,
        invoice_id: row.text(1)?,
        number: u32::try_from(number).map_err(|_| corrupt("number", number.to_string()))?,
        begun_at: row.integer(8)?,
        amount: minor_units(row.integer(2)?, row.text(9)?)?,
        payment_method: method
            .parse()
            .map_err(|_| corrupt("payment_method", method))?,
        state: state(row.text(4)?)?,
        payment_id: row.optional_text(5)?,
        decline_reason: row.optional_text(6)?,
    })
}

/// A stored amount.
pub(super) fn minor_units(amount: i64, currency: String) -> Result<MinorUnits, RepositoryError> {
    let currency = currency
        .parse()
        .map_err(|_| corrupt("currency", currency))?;
    MinorUnits::new(amount, currency).ok_or_else(|| corrupt("amount_minor", amount.to_string()))
}
