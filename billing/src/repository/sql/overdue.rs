//! Late fees that are raised after an invoice was issued.

use jiff::civil::Date;

use super::due::currency_of;
use super::{corrupt, decimal, issued, journal, limit};
use crate::error::Error;
use crate::gateway::counted;
use crate::repository::database::{Database, all, first};
use crate::repository::{LateFee, OverdueInvoice, RaisedLateFee, RepositoryError};

/// Unpaid invoices whose day has passed, without those whose charge has no known outcome.
pub(super) fn select(
    database: &dyn Database,
    as_of: Date,
    after: i64,
    count: usize,
) -> Result<Vec<OverdueInvoice>, Error> {
    let sql = "SELECT sequence, invoices.document, policies.document, due_on, total, due, currency \
               FROM invoices LEFT JOIN policies ON policies.hash = invoices.policy_hash \
               WHERE sequence > ?1 AND state IN ('issued', 'declined') \
               AND late_fee IS NULL AND due_on < ?2 ORDER BY sequence LIMIT ?3";
    let as_of = as_of.to_string();
    let values = [after.into(), (&as_of).into(), limit(count).into()];
    all(database, sql, &values, |row| {
        Ok(OverdueInvoice {
            sequence: row.integer(0)?,
            invoice: issued::invoice_of(row.text(1)?)?,
            policy: issued::policy_of(row.optional_text(2)?)?,
            due_on: day(row.text(3)?)?,
            total: decimal(row.text(4)?)?,
            due: decimal(row.text(5)?)?,
            currency: currency_of(row.text(6)?)?,
        })
    })
}

/// Raises a fee; false when there is one, or the invoice is not to be charged any more.
pub(super) fn raise(database: &dyn Database, fee: &LateFee) -> Result<bool, Error> {
    let amount = fee.amount.to_string();
    let Some(units) = counted(fee.amount, fee.currency) else {
        return Err(corrupt("late_fee", amount).into());
    };
    let sql = "UPDATE invoices SET late_fee = ?2, late_fee_on = ?3, total = ?4, due = ?5 \
               WHERE invoice_id = ?1 AND late_fee IS NULL AND state IN ('issued', 'declined')";
    let (day, total, due) = (
        fee.raised_on.to_string(),
        fee.total.to_string(),
        fee.due.to_string(),
    );
    let values = [
        (&fee.invoice_id).into(),
        (&amount).into(),
        (&day).into(),
        (&total).into(),
        (&due).into(),
    ];
    let is_new = database.execute(sql, &values)? == 1;
    if is_new {
        let entry = format!("late fee {}", fee.invoice_id);
        let postings = [("receivable", units), ("late_fees", -units)];
        journal::post(database, &entry, &fee.invoice_id, fee.currency, postings)?;
    }
    Ok(is_new)
}

/// The fee that was raised on an invoice.
pub(super) fn raised(
    database: &dyn Database,
    invoice_id: &str,
) -> Result<Option<RaisedLateFee>, Error> {
    let sql = "SELECT late_fee, late_fee_on FROM invoices \
               WHERE invoice_id = ?1 AND late_fee IS NOT NULL";
    first(database, sql, &[invoice_id.into()], |row| {
        Ok(RaisedLateFee {
            amount: decimal(row.text(0)?)?,
            raised_on: day(row.text(1)?)?,
        })
    })
}

fn day(text: String) -> Result<Date, RepositoryError> {
    text.parse().map_err(|_| corrupt("day", text))
}
