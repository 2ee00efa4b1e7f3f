//! The journal: double entry, only added to.

use pricing::Currency;
use rusqlite::{Connection, params};

use crate::error::Error;
use crate::repository::{Balance, Posting, RepositoryError};

/// Writes an entry of two postings that add up to zero.
pub(super) fn post(
    connection: &Connection,
    entry: &str,
    invoice_id: &str,
    currency: Currency,
    postings: [(&str, i64); 2],
) -> Result<(), RepositoryError> {
    let sql = "INSERT INTO journal (entry, invoice_id, account, currency, amount_minor) \
               VALUES (?1, ?2, ?3, ?4, ?5)";
    let mut statement = connection.prepare_cached(sql)?;
    for (account, amount) in postings {
        statement.execute(params![entry, invoice_id, account, currency.code(), amount])?;
    }
    Ok(())
}

/// What each account holds.
pub(super) fn balances(connection: &Connection) -> Result<Vec<Balance>, RepositoryError> {
    let sql = "SELECT account, currency, sum(amount_minor) FROM journal \
               GROUP BY currency, account ORDER BY currency, account";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| {
        Ok(Balance {
            account: row.get(0)?,
            currency: row.get(1)?,
            amount_minor: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Shows each posting.
pub(super) fn each(
    connection: &Connection,
    invoice_id: Option<&str>,
    each: &mut dyn FnMut(Posting) -> Result<(), Error>,
) -> Result<(), Error> {
    let sql = "SELECT entry, invoice_id, account, currency, amount_minor FROM journal \
               WHERE ?1 IS NULL OR invoice_id = ?1 ORDER BY sequence";
    let failed = RepositoryError::from;
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let mut rows = statement.query([invoice_id]).map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let posting = || -> rusqlite::Result<Posting> {
            Ok(Posting {
                entry: row.get(0)?,
                invoice_id: row.get(1)?,
                account: row.get(2)?,
                currency: row.get(3)?,
                amount_minor: row.get(4)?,
            })
        };
        each(posting().map_err(failed)?)?;
    }
    Ok(())
}
