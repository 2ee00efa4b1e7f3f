//! What is to be charged.

use pricing::{Currency, amount};
use rusqlite::{Connection, OptionalExtension, params};
use rust_decimal::Decimal;

use super::corrupt;
use crate::repository::{DueInvoice, DueQuery, InvoiceState, RepositoryError};

/// What is owed on an invoice.
pub(super) struct Owed {
    pub(super) state: InvoiceState,
    pub(super) amount: Decimal,
    pub(super) currency: Currency,
}

/// What is owed on this invoice; `None` when there is no such invoice.
pub(super) fn owed(connection: &Connection, id: &str) -> Result<Option<Owed>, RepositoryError> {
    let sql = "SELECT state, due, currency FROM invoices WHERE invoice_id = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let row = statement.query_row([id], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
    });
    let Some((state, due, currency)) = row.optional()? else {
        return Ok(None);
    };
    Ok(Some(Owed {
        state: InvoiceState::of_name(&state).ok_or_else(|| corrupt("state", state))?,
        amount: decimal(due)?,
        currency: currency_of(currency)?,
    }))
}

/// The next invoices that are to be charged.
pub(super) fn select(
    connection: &Connection,
    query: &DueQuery,
) -> Result<Vec<DueInvoice>, RepositoryError> {
    let sql = "SELECT sequence, invoice_id, due, currency FROM invoices \
               WHERE sequence > ?1 AND state IN ('issued', 'declined') \
               AND (state = 'issued' OR retry_at <= ?2) \
               AND (?3 IS NULL OR due_on IS NULL OR due_on < ?3) \
               ORDER BY sequence LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let before = query.due_before.map(|date| date.to_string());
    let limit = i64::try_from(query.limit).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![query.after, query.now, before, limit])?;
    let mut due = Vec::new();
    while let Some(row) = rows.next()? {
        due.push(DueInvoice {
            sequence: row.get(0)?,
            invoice_id: row.get(1)?,
            amount: decimal(row.get(2)?)?,
            currency: currency_of(row.get(3)?)?,
        });
    }
    Ok(due)
}

fn decimal(text: String) -> Result<Decimal, RepositoryError> {
    amount::parse(&text).map_err(|_| corrupt("due", text))
}

fn currency_of(code: String) -> Result<Currency, RepositoryError> {
    code.parse().map_err(|_| corrupt("currency", code))
}
