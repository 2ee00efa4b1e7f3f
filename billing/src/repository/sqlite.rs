//! The embedded database: one `SQLite` file.

use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql, params_from_iter};
use rusqlite_migration::{M, Migrations};

use super::RepositoryError;
use super::database::{Database, Row, Value, all};
use crate::error::Error;

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!(
        "sqlite/migrations/0001_invoices_and_attempts.sql"
    )),
    M::up(include_str!(
        "sqlite/migrations/0002_runs_refunds_journal.sql"
    )),
    M::up(include_str!(
        "sqlite/migrations/0003_refund_times_and_names.sql"
    )),
    M::up(include_str!(
        "sqlite/migrations/0004_policies_and_late_fees.sql"
    )),
];

/// Statements that are prepared once.
const STATEMENTS_MAX: usize = 64;

/// Of the file so much is kept in memory, in KiB: keys have no order, so pages are met again and again.
const CACHE_KIB: i64 = 16 * 1024;

/// After so many pages the log is written back into the file: the longer, the fewer pages are written
/// twice, and the longer the log.
const CHECKPOINT_PAGES: i64 = 4000;

/// Until a copy is tried again that another process's writing has held up.
const COPY_PAUSE: Duration = Duration::from_millis(10);

/// How long one process waits for another that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection to a file, or to a database that is forgotten with it.
#[derive(Debug)]
pub(super) struct SqliteDatabase {
    pub(super) connection: Connection,
}

impl SqliteDatabase {
    /// The file at `path`, made when it is missing.
    pub(super) fn create(path: &Path) -> Result<Self, RepositoryError> {
        Self::migrated(open_private(path)?)
    }

    pub(super) fn in_memory() -> Result<Self, RepositoryError> {
        let connection = Connection::open_in_memory()?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Self::migrated(connection)
    }

    pub(super) fn migrated(mut connection: Connection) -> Result<Self, RepositoryError> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        Migrations::from_slice(MIGRATIONS).to_latest(&mut connection)?;
        Ok(Self { connection })
    }
}

/// Opens a database that survives a power cut; a new file is readable by its owner alone.
pub(crate) fn open_private(path: &Path) -> rusqlite::Result<Connection> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    // When the file is there already, or cannot be made, opening it says what is wrong.
    drop(options.open(path));
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // What undoes half of a statement needs no file: it is worth nothing after a crash.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    Ok(connection)
}

/// A copy of a database, in memory.
pub(crate) fn forked(connection: &Connection) -> rusqlite::Result<Connection> {
    let mut copy = Connection::open_in_memory()?;
    Backup::new(connection, &mut copy)?.run_to_completion(i32::MAX, COPY_PAUSE, None)?;
    copy.pragma_update(None, "foreign_keys", true)?;
    copy.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(copy)
}

impl Database for SqliteDatabase {
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, RepositoryError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.execute(params_from_iter(values))? as u64)
    }

    fn query(
        &self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let failed = RepositoryError::from;
        let mut statement = self.connection.prepare_cached(sql).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(row)?;
        }
        Ok(())
    }

    fn begin(&self) -> Result<(), RepositoryError> {
        // Immediate: nobody else writes until it ends.
        self.execute("BEGIN IMMEDIATE", &[])?;
        Ok(())
    }

    fn for_update(&self) -> &'static str {
        ""
    }

    fn skip_locked(&self) -> &'static str {
        ""
    }

    fn own_attempts(&self) -> &'static str {
        ""
    }

    fn take_over(&self) -> Result<u64, RepositoryError> {
        // One process at a time charges from a file, so every open attempt is its own.
        Ok(0)
    }

    fn damages(&self) -> Result<Vec<String>, Error> {
        let text = |row: &dyn Row| row.text(0);
        let mut damages = all(self, "PRAGMA integrity_check", &[], text)?;
        damages.retain(|line| line != "ok");
        let dangling = "SELECT \"table\" FROM pragma_foreign_key_check";
        for table in all(self, dangling, &[], text)? {
            damages.push(format!("row of {table} that refers to nothing"));
        }
        Ok(damages)
    }

    fn copy_into(&self, path: &Path) -> Result<(), Error> {
        self.execute("VACUUM INTO ?1", &[path.to_string_lossy().as_ref().into()])?;
        Ok(())
    }

    fn forked(&self) -> Result<Box<dyn Database + Send>, Error> {
        let copied = forked(&self.connection).map_err(RepositoryError::from)?;
        Ok(Box::new(Self { connection: copied }))
    }
}

impl Row for rusqlite::Row<'_> {
    fn optional_text(&self, column: usize) -> Result<Option<String>, RepositoryError> {
        Ok(self.get(column)?)
    }

    fn optional_integer(&self, column: usize) -> Result<Option<i64>, RepositoryError> {
        Ok(self.get(column)?)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Nothing => Ok(ToSqlOutput::Owned(rusqlite::types::Value::Null)),
            Self::Integer(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
        }
    }
}

#[cfg(test)]
mod tests;
