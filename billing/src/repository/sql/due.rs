//! What is to be charged.

use pricing::Currency;
use rust_decimal::Decimal;

use super::{corrupt, decimal, limit, state};
use crate::error::Error;
use crate::repository::database::{Database, Value, all, first};
use crate::repository::{DueInvoice, DueQuery, InvoiceState, RepositoryError};

/// What is owed on an invoice.
pub(super) struct Owed {
    pub(super) state: InvoiceState,
    pub(super) amount: Decimal,
    pub(super) currency: Currency,
}

/// What is owed on this invoice, which others leave alone until the transaction ends; `None` when
/// there is no such invoice.
pub(super) fn owed(database: &dyn Database, id: &str) -> Result<Option<Owed>, Error> {
    let lock = database.for_update();
    let sql = format!("SELECT state, due, currency FROM invoices WHERE invoice_id = ?1{lock}");
    first(database, &sql, &[id.into()], |row| {
        Ok(Owed {
            state: state(row.text(0)?)?,
            amount: decimal(row.text(1)?)?,
            currency: currency_of(row.text(2)?)?,
        })
    })
}

const IS_DUE: &str = "WHERE sequence > ?1 AND state IN ('issued', 'declined') \
     AND (state = 'issued' OR retry_at <= ?2) \
     AND (CAST(?3 AS TEXT) IS NULL OR due_on IS NULL OR due_on < ?3)";

/// The values of [`IS_DUE`]; `before` is the query's day as text.
fn values<'v>(query: &DueQuery, before: Option<&'v String>) -> [Value<'v>; 3] {
    [query.after.into(), query.now.into(), before.into()]
}

/// How many invoices are to be charged.
pub(super) fn count(database: &dyn Database, query: &DueQuery) -> Result<u64, Error> {
    let sql = format!("SELECT COUNT(*) FROM invoices {IS_DUE}");
    let before = query.due_before.map(|date| date.to_string());
    let values = values(query, before.as_ref());
    let count = first(database, &sql, &values, |row| row.integer(0))?;
    Ok(count.map_or(0, i64::unsigned_abs))
}

/// The next invoices that are to be charged, locked as `lock` says.
pub(super) fn select(
    database: &dyn Database,
    query: &DueQuery,
    lock: &str,
) -> Result<Vec<DueInvoice>, Error> {
    let sql = format!(
        "SELECT sequence, invoice_id, due, currency FROM invoices {IS_DUE} \
         ORDER BY sequence LIMIT ?4{lock}"
    );
    let before = query.due_before.map(|date| date.to_string());
    let [after, now, before] = values(query, before.as_ref());
    let values = [after, now, before, limit(query.limit).into()];
    all(database, &sql, &values, |row| {
        Ok(DueInvoice {
            sequence: row.integer(0)?,
            invoice_id: row.text(1)?,
            amount: decimal(row.text(2)?)?,
            currency: currency_of(row.text(3)?)?,
        })
    })
}

pub(super) fn currency_of(code: String) -> Result<Currency, RepositoryError> {
    code.parse().map_err(|_| corrupt("currency", code))
}
