//! The journal: double entry, only added to.

use pricing::Currency;

use super::rows;
use crate::error::Error;
use crate::repository::database::{Database, all};
use crate::repository::{Attempt, Balance, Posting};

/// Writes an entry of two postings that add up to zero.
pub(super) fn post(
    database: &dyn Database,
    entry: &str,
    invoice_id: &str,
    currency: Currency,
    postings: [(&str, i64); 2],
) -> Result<(), Error> {
    let code = currency.code();
    let values = postings.map(|(account, amount)| {
        [
            entry.into(),
            invoice_id.into(),
            account.into(),
            code.into(),
            amount.into(),
        ]
    });
    rows::execute(database, INSERT, COLUMNS, values.as_flattened())
}

/// A posting.
const INSERT: &str =
    "INSERT INTO journal (entry, invoice_id, account, currency, amount_minor) VALUES {rows}";
const COLUMNS: usize = 5;

/// Writes that attempts were paid, two postings each.
pub(super) fn post_all(database: &dyn Database, paid: &[&Attempt]) -> Result<(), Error> {
    let entries: Vec<_> = paid
        .iter()
        .map(|attempt| format!("paid {}", attempt.attempt_id))
        .collect();
    let values: Vec<_> = entries
        .iter()
        .zip(paid)
        .flat_map(|(entry, attempt)| {
            let amount = attempt.amount.get();
            [("gateway", amount), ("receivable", -amount)].map(|(account, amount)| {
                [
                    entry.into(),
                    (&attempt.invoice_id).into(),
                    account.into(),
                    attempt.amount.currency().code().into(),
                    amount.into(),
                ]
            })
        })
        .collect();
    rows::execute(database, INSERT, COLUMNS, values.as_flattened())
}

/// What each account holds.
pub(super) fn balances(database: &dyn Database) -> Result<Vec<Balance>, Error> {
    let sql = "SELECT account, currency, CAST(sum(amount_minor) AS BIGINT) FROM journal \
               GROUP BY currency, account ORDER BY currency, account";
    all(database, sql, &[], |row| {
        Ok(Balance {
            account: row.text(0)?,
            currency: row.text(1)?,
            amount_minor: row.integer(2)?,
        })
    })
}

/// Shows each posting.
pub(super) fn each(
    database: &dyn Database,
    invoice_id: Option<&str>,
    each: &mut dyn FnMut(Posting) -> Result<(), Error>,
) -> Result<(), Error> {
    let sql = "SELECT entry, invoice_id, account, currency, amount_minor FROM journal \
               WHERE CAST(?1 AS TEXT) IS NULL OR invoice_id = ?1 ORDER BY sequence";
    database.query(sql, &[invoice_id.into()], &mut |row| {
        each(Posting {
            entry: row.text(0)?,
            invoice_id: row.text(1)?,
            account: row.text(2)?,
            currency: row.text(3)?,
            amount_minor: row.integer(4)?,
        })
    })
}
