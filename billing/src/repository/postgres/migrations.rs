//! The tables, made and brought up to date forward only. A library for that would bring its own client.

use postgres::{Client, Transaction};

use crate::repository::RepositoryError;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_everything.sql"),
    include_str!("migrations/0002_workers.sql"),
];

/// Makes the tables, or brings them up to date; two processes at once take turns.
pub(super) fn migrate(client: &mut Client) -> Result<(), RepositoryError> {
    migrate_to(client, MIGRATIONS.len())
}

pub(crate) fn migrate_to(client: &mut Client, latest: usize) -> Result<(), RepositoryError> {
    let mut transaction = client.transaction()?;
    transaction.execute(
        "SELECT pg_advisory_xact_lock(hashtext('ledgerly migrations'))",
        &[],
    )?;
    transaction
        .batch_execute("CREATE TABLE IF NOT EXISTS versions (version BIGINT PRIMARY KEY)")?;
    let done = usize::try_from(version(&mut transaction)?).unwrap_or(usize::MAX);
    for (index, migration) in MIGRATIONS.iter().enumerate().take(latest).skip(done) {
        transaction.batch_execute(migration)?;
        let version = i64::try_from(index + 1).unwrap_or(i64::MAX);
        transaction.execute("INSERT INTO versions (version) VALUES ($1)", &[&version])?;
    }
    transaction.commit()?;
    Ok(())
}

fn version(transaction: &mut Transaction<'_>) -> Result<i64, RepositoryError> {
    let sql = "SELECT coalesce(max(version), 0) FROM versions";
    Ok(transaction.query_one(sql, &[])?.try_get(0)?)
}

/// Whether the tables are there, and of the version that this program knows.
pub(super) fn check(client: &mut Client) -> Result<(), RepositoryError> {
    let mut transaction = client.transaction()?;
    let table: Option<String> = transaction
        .query_one("SELECT to_regclass('versions')::text", &[])?
        .try_get(0)?;
    let found = match table {
        Some(_) => version(&mut transaction)?,
        None => 0,
    };
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    match found {
        _ if found > known => Err(RepositoryError::Newer { found, known }),
        _ if found < known => Err(RepositoryError::Older { found, known }),
        _ => Ok(()),
    }
}
