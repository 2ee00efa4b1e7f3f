//! The database that several machines share: `PostgreSQL`, where workers divide a run among themselves.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::path::Path;

use ::postgres::fallible_iterator::FallibleIterator;
use ::postgres::types::private::BytesMut;
use ::postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use ::postgres::{Client, Statement};

use super::RepositoryError;
use super::database::{Database, Row, Value};
use crate::error::Error;

mod migrations;
mod role;
mod tls;
mod url;

pub use role::role_sql;
pub use url::PostgresUrl;

/// The class of the advisory locks that tell which workers live: schemas of a database do not meet.
const WORKERS: &str = "hashtext('ledgerly workers of ' || current_schema())";

/// A connection, which is a worker as long as it lives.
pub(super) struct PostgresDatabase {
    url: PostgresUrl,
    client: RefCell<Client>,
    statements: RefCell<HashMap<String, Statement>>,
    is_in_transaction: Cell<bool>,
}

impl PostgresDatabase {
    /// Connects; only the owner of the tables may make them or bring them up to date.
    pub(super) fn connect(url: &PostgresUrl, is_owner: bool) -> Result<Self, Error> {
        let mut client = url.connect()?;
        if is_owner {
            migrations::migrate(&mut client)?;
        }
        migrations::check(&mut client)?;
        become_worker(&mut client)?;
        Ok(Self {
            url: url.clone(),
            client: RefCell::new(client),
            statements: RefCell::default(),
            is_in_transaction: Cell::new(false),
        })
    }

    /// Connects again when the server has gone away, as another worker. Never within a transaction:
    /// what follows would be done without what came before.
    fn revive(&self) -> Result<(), RepositoryError> {
        if self.is_in_transaction.get() || !self.client.borrow().is_closed() {
            return Ok(());
        }
        let mut client = self.url.connect()?;
        become_worker(&mut client)?;
        self.statements.borrow_mut().clear();
        self.client.replace(client);
        Ok(())
    }

    fn prepared(&self, sql: &str) -> Result<Statement, RepositoryError> {
        self.revive()?;
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        // No statement has a question mark but for its parameters.
        let statement = self.client.borrow_mut().prepare(&sql.replace('?', "$"))?;
        let mut statements = self.statements.borrow_mut();
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// Takes a number and holds its lock, which the server gives back when the connection ends, however
/// it ends: so others see who is dead.
fn become_worker(client: &mut Client) -> Result<(), RepositoryError> {
    let number: i32 = client
        .query_one("SELECT nextval('workers')::integer", &[])?
        .try_get(0)?;
    let lock = format!("SELECT pg_advisory_lock({WORKERS}, $1)");
    client.execute(&lock, &[&number])?;
    // New attempts are claimed by it through the default of their column.
    let name = number.to_string();
    client.execute("SELECT set_config('ledgerly.worker', $1, false)", &[&name])?;
    Ok(())
}

impl Database for PostgresDatabase {
    fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, RepositoryError> {
        let prepared = self.prepared(sql);
        if ["COMMIT", "ROLLBACK"].contains(&sql) {
            // Also when the server has gone away, which ends a transaction, too.
            self.is_in_transaction.set(false);
        }
        let statement = prepared?;
        let values: Vec<_> = values.iter().map(|value| value as _).collect();
        Ok(self.client.borrow_mut().execute(&statement, &values)?)
    }

    fn query(
        &self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let failed = RepositoryError::from;
        let statement = self.prepared(sql)?;
        let mut client = self.client.borrow_mut();
        let mut rows = client.query_raw(&statement, values).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(&row)?;
        }
        Ok(())
    }

    fn begin(&self) -> Result<(), RepositoryError> {
        self.execute("BEGIN", &[])?;
        self.is_in_transaction.set(true);
        Ok(())
    }

    fn for_update(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn skip_locked(&self) -> &'static str {
        " FOR UPDATE SKIP LOCKED"
    }

    fn own_attempts(&self) -> &'static str {
        " AND claimed_by = current_setting('ledgerly.worker')::integer"
    }

    fn take_over(&self) -> Result<u64, RepositoryError> {
        // Of the class, pg_locks shows the bits without a sign.
        let sql = format!(
            "UPDATE attempts SET claimed_by = current_setting('ledgerly.worker')::integer \
             WHERE attempt_id IN (SELECT attempt_id FROM attempts WHERE state = 'unknown' \
             AND claimed_by IS DISTINCT FROM current_setting('ledgerly.worker')::integer \
             AND NOT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
             AND classid::bigint = ({WORKERS}::bigint & 4294967295) AND objid = claimed_by) \
             FOR UPDATE SKIP LOCKED)"
        );
        self.execute(&sql, &[])
    }

    fn damages(&self) -> Result<Vec<String>, Error> {
        // The server checks its own pages; references are checked as they are written.
        Ok(Vec::new())
    }

    fn copy_into(&self, _path: &Path) -> Result<(), Error> {
        let remedy = "a PostgreSQL database is backed up by its own tools, while it is in use \
                      (pg_dump --format=custom --file=FILE NAME; pg_restore brings it back)";
        Err(Error::Usage(remedy.to_owned()))
    }

    fn forked(&self) -> Result<Box<dyn Database + Send>, Error> {
        let remedy = "a PostgreSQL database has no copy in memory; fork a repository in a file \
                      or in memory";
        Err(Error::Usage(remedy.to_owned()))
    }
}

impl Row for ::postgres::Row {
    fn optional_text(&self, column: usize) -> Result<Option<String>, RepositoryError> {
        Ok(self.try_get(column)?)
    }

    fn optional_integer(&self, column: usize) -> Result<Option<i64>, RepositoryError> {
        Ok(self.try_get(column)?)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Nothing => Ok(IsNull::Yes),
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Text(text) => text.to_sql(kind, out),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::INT8, Type::TEXT].contains(kind)
    }

    to_sql_checked!();
}

#[cfg(test)]
mod tests;
