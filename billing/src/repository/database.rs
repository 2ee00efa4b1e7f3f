//! What the repository asks of a database: one connection, statements with parameters `?1`, `?2` ...,
//! rows. The statements are the same for all; the few that are not are asked for here.

use super::RepositoryError;
use crate::error::Error;

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value<'a> {
    Nothing,
    Integer(i64),
    Text(&'a str),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

/// A row of a result. Columns are numbered from 0.
pub(super) trait Row {
    fn optional_text(&self, column: usize) -> Result<Option<String>, RepositoryError>;

    fn optional_integer(&self, column: usize) -> Result<Option<i64>, RepositoryError>;

    fn text(&self, column: usize) -> Result<String, RepositoryError> {
        self.optional_text(column)?.ok_or_else(nothing)
    }

    fn integer(&self, column: usize) -> Result<i64, RepositoryError> {
        self.optional_integer(column)?.ok_or_else(nothing)
    }
}

fn nothing() -> RepositoryError {
    RepositoryError::Corrupt {
        what: "a value",
        value: String::new(),
    }
}

/// One connection to a database.
pub(super) trait Database {
    /// Runs a statement; returns how many rows it changed.
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, RepositoryError>;

    /// Shows each row of a result.
    fn query(
        &self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), Error>,
    ) -> Result<(), Error>;

    /// Begins a transaction: what is read and locked in it stays true until it ends.
    fn begin(&self) -> Result<(), RepositoryError>;

    /// What makes a query hold its rows until the transaction ends.
    fn for_update(&self) -> &'static str;

    /// The same, leaving out rows that others hold.
    fn skip_locked(&self) -> &'static str;

    /// The condition of attempts that are this worker's to resolve.
    fn own_attempts(&self) -> &'static str;

    /// Takes over the attempts of workers that have died; returns how many.
    fn take_over(&self) -> Result<u64, RepositoryError>;

    /// What is wrong with the storage itself.
    fn damages(&self) -> Result<Vec<String>, Error>;

    /// Copies everything into the empty or new file at `path`.
    fn copy_into(&self, path: &std::path::Path) -> Result<(), Error>;

    /// A copy in memory.
    fn forked(&self) -> Result<Box<dyn Database + Send>, Error>;
}

/// Does `work` in one transaction: all of it is durable after, or nothing.
pub(super) fn transaction<T>(
    database: &dyn Database,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    database.begin()?;
    let done = work().and_then(|done| {
        database.execute("COMMIT", &[])?;
        Ok(done)
    });
    if done.is_err() {
        // The first error tells what is wrong; a broken connection rolls back by itself.
        drop(database.execute("ROLLBACK", &[]));
    }
    done
}

/// Every row of a result.
pub(super) fn all<T>(
    database: &dyn Database,
    sql: &str,
    values: &[Value<'_>],
    read: impl Fn(&dyn Row) -> Result<T, RepositoryError>,
) -> Result<Vec<T>, Error> {
    let mut rows = Vec::new();
    database.query(sql, values, &mut |row| {
        rows.push(read(row)?);
        Ok(())
    })?;
    Ok(rows)
}

/// The only row of a result, if there is one.
pub(super) fn first<T>(
    database: &dyn Database,
    sql: &str,
    values: &[Value<'_>],
    read: impl Fn(&dyn Row) -> Result<T, RepositoryError>,
) -> Result<Option<T>, Error> {
    Ok(all(database, sql, values, read)?.pop())
}
