//! Refunds of paid attempts.

use rust_decimal::Decimal;
use uuid::Uuid;

use super::attempts::minor_units;
use super::{attempts, journal};
use crate::error::Error;
use crate::gateway::{MinorUnits, Refunded};
use crate::repository::database::{Database, Row, Value, all, first};
use crate::repository::{Attempt, BegunRefund, Collected, InvoiceState, Refund, RepositoryError};

const SELECT: &str = "SELECT refund_id, invoice_id, payment_id, refunds.amount_minor, currency, \
                      refunds.begun_at FROM refunds JOIN attempts USING (attempt_id)";

/// Stores a refund, or finds the one that is open.
pub(super) fn begin(
    database: &dyn Database,
    invoice_id: &str,
    amount: Option<Decimal>,
    now: i64,
) -> Result<BegunRefund, Error> {
    if super::due::owed(database, invoice_id)?.is_none() {
        return Ok(BegunRefund::NoSuchInvoice);
    }
    let counting = attempts::that_counts(database, invoice_id)?;
    let paid = counting.filter(|attempt| attempt.state == InvoiceState::Paid);
    let Some(attempt) = paid else {
        return Ok(BegunRefund::NotPaid);
    };
    if let Some(open) = open_of(database, &attempt.attempt_id)? {
        return Ok(BegunRefund::Send(open));
    }
    let left = attempt.amount.get() - refunded(database, &attempt.attempt_id)?;
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
    Ok(BegunRefund::Send(insert(database, &attempt, asked, now)?))
}

fn insert(
    database: &dyn Database,
    attempt: &Attempt,
    amount: MinorUnits,
    now: i64,
) -> Result<Refund, Error> {
    let attempt_id = &attempt.attempt_id;
    let earlier = "SELECT count(*) FROM refunds WHERE attempt_id = ?1";
    let earlier = first(database, earlier, &[attempt_id.into()], |row| {
        row.integer(0)
    })?;
    let number = 1 + earlier.unwrap_or(0);
    let name = format!("ledgerly refund {number} of {attempt_id}");
    let refund = Refund {
        refund_id: Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()).to_string(),
        invoice_id: attempt.invoice_id.clone(),
        payment_id: attempt.payment_id.clone().unwrap_or_default(),
        amount,
        begun_at: now,
    };
    let sql = "INSERT INTO refunds (refund_id, attempt_id, number, amount_minor, state, begun_at) \
               VALUES (?1, ?2, ?3, ?4, 'unknown', ?5)";
    let values = [
        (&refund.refund_id).into(),
        attempt_id.into(),
        number.into(),
        amount.get().into(),
        now.into(),
    ];
    database.execute(sql, &values)?;
    Ok(refund)
}

/// What was given back so far.
fn refunded(database: &dyn Database, attempt_id: &str) -> Result<i64, Error> {
    let sql = "SELECT CAST(coalesce(sum(amount_minor), 0) AS BIGINT) FROM refunds \
               WHERE attempt_id = ?1 AND state = 'refunded'";
    let sum = first(database, sql, &[attempt_id.into()], |row| row.integer(0))?;
    Ok(sum.unwrap_or(0))
}

fn open_of(database: &dyn Database, attempt_id: &str) -> Result<Option<Refund>, Error> {
    let condition = "WHERE refunds.state = 'unknown' AND attempt_id = ?1";
    Ok(select(database, condition, &[attempt_id.into()])?.pop())
}

/// All refunds without a known outcome.
pub(super) fn open(database: &dyn Database) -> Result<Vec<Refund>, Error> {
    select(database, "WHERE refunds.state = 'unknown'", &[])
}

/// Those of an attempt that are recorded as given back.
pub(super) fn done(database: &dyn Database, attempt_id: &str) -> Result<Vec<Refund>, Error> {
    let condition = "WHERE refunds.state = 'refunded' AND attempt_id = ?1";
    select(database, condition, &[attempt_id.into()])
}

fn select(
    database: &dyn Database,
    condition: &str,
    values: &[Value<'_>],
) -> Result<Vec<Refund>, Error> {
    let sql = format!("{SELECT} {condition} ORDER BY refund_id");
    all(database, &sql, values, refund_of)
}

/// Records that a refund gives nothing back after all; false when that was known.
pub(super) fn fail(database: &dyn Database, refund_id: &str, reason: &str) -> Result<bool, Error> {
    let condition = "WHERE refunds.state = 'refunded' AND refund_id = ?1";
    let given_back = select(database, condition, &[refund_id.into()])?;
    let sql = "UPDATE refunds SET state = 'refused', answer = ?2 \
               WHERE refund_id = ?1 AND state <> 'refused'";
    let changed = database.execute(sql, &[refund_id.into(), reason.into()])?;
    for refund in given_back {
        let units = refund.amount.get();
        let postings = [("gateway", units), ("refunds", -units)];
        post(database, "refund failed", &refund, postings)?;
    }
    Ok(changed == 1)
}

/// Writes down that money was given back.
pub(super) fn post_given_back(database: &dyn Database, refund: &Refund) -> Result<(), Error> {
    let units = refund.amount.get();
    let postings = [("refunds", units), ("gateway", -units)];
    post(database, "refunded", refund, postings)
}

fn post(
    database: &dyn Database,
    what: &str,
    refund: &Refund,
    postings: [(&str, i64); 2],
) -> Result<(), Error> {
    let entry = format!("{what} {}", refund.refund_id);
    let currency = refund.amount.currency();
    journal::post(database, &entry, &refund.invoice_id, currency, postings)
}

/// Records what was decided; false when it was recorded before.
pub(super) fn decide(
    database: &dyn Database,
    refund: &Refund,
    answer: &Refunded,
) -> Result<bool, Error> {
    let (state, answer) = match answer {
        Refunded::Done(name) => ("refunded", name),
        Refunded::Refused(reason) => ("refused", reason),
    };
    let sql = "UPDATE refunds SET state = ?2, answer = ?3 \
               WHERE refund_id = ?1 AND state = 'unknown'";
    let values = [(&refund.refund_id).into(), state.into(), answer.into()];
    let changed = database.execute(sql, &values)?;
    Ok(changed == 1)
}

/// Shows each paid attempt with what was given back of it.
pub(super) fn each_collected(
    database: &dyn Database,
    each: &mut dyn FnMut(Collected) -> Result<(), Error>,
) -> Result<(), Error> {
    let sql = "SELECT attempt_id, invoice_id, amount_minor, \
               (SELECT CAST(coalesce(sum(amount_minor), 0) AS BIGINT) FROM refunds \
                WHERE refunds.attempt_id = attempts.attempt_id AND refunds.state = 'refunded') \
               FROM attempts WHERE state = 'paid' ORDER BY attempt_id";
    database.query(sql, &[], &mut |row| {
        each(Collected {
            attempt_id: row.text(0)?,
            invoice_id: row.text(1)?,
            captured: row.integer(2)?,
            refunded: row.integer(3)?,
        })
    })
}

fn refund_of(row: &dyn Row) -> Result<Refund, RepositoryError> {
    Ok(Refund {
        refund_id: row.text(0)?,
        invoice_id: row.text(1)?,
        payment_id: row.text(2)?,
        amount: minor_units(row.integer(3)?, row.text(4)?)?,
        begun_at: row.integer(5)?,
    })
}
