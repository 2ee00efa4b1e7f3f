//! Why a repository could not do its work.

use std::error::Error as _;

/// Why a repository could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RepositoryError {
    /// The file is missing.
    #[error(
        "there is no database {path} (import invoices first: ledgerly invoice import FILE..., or name another one with --database)"
    )]
    Missing {
        /// The file.
        path: String,
    },
    /// Another process charges from this database.
    #[error(
        "the database {path} is in use by {holder} (wait until it has ended, and run this again)"
    )]
    Locked {
        /// The database.
        path: String,
        /// Who uses it, and what for.
        holder: String,
    },
    /// The database failed.
    #[error("the database failed: {}", sqlite_message(.0))]
    Sqlite(#[from] rusqlite::Error),
    /// The `PostgreSQL` database failed.
    #[error("the database failed: {}", postgres_message(.0))]
    Postgres(#[from] ::postgres::Error),
    /// What TLS needs is missing or wrong.
    #[error("TLS to the database cannot be used: {0}")]
    Tls(String),
    /// The address of a database is none.
    #[error(
        "the database's address {problem} (allowed: a file, or postgres://USER@HOST/NAME, with ?sslmode= and ?sslrootcert= for TLS; the password stands in LEDGERLY_DATABASE_PASSWORD)"
    )]
    InvalidUrl {
        /// What is wrong with it; the address itself may hold a password.
        problem: String,
    },
    /// The database was written by a newer version of this program.
    #[error(
        "the database has version {found}, this program knows up to {known} (use a newer ledgerly)"
    )]
    Newer {
        /// What the database says.
        found: i64,
        /// The latest version known here.
        known: i64,
    },
    /// The tables are missing, or those of an older version.
    #[error(
        "the database has version {found}, this program needs {known} (as the owner of its tables: ledgerly db migrate)"
    )]
    Older {
        /// What the database says; 0 when there are no tables.
        found: i64,
        /// What is needed here.
        known: i64,
    },
    /// The database is of a newer version, or damaged.
    #[error("the database cannot be used: {0}")]
    Version(#[from] rusqlite_migration::Error),
    /// Something stored cannot be understood.
    #[error("the database holds {value:?} as {what}, which this program cannot have written")]
    Corrupt {
        /// The column.
        what: &'static str,
        /// What stands there.
        value: String,
    },
}

/// What the library said, and what helps.
fn sqlite_message(error: &rusqlite::Error) -> String {
    use rusqlite::ErrorCode::{DiskFull, SystemIoFailure};
    let remedy = match error.sqlite_error_code() {
        Some(DiskFull | SystemIoFailure) => {
            " (what was recorded is safe; make room on its disk, or repair it, and run this again)"
        }
        _ => "",
    };
    format!("{error}{remedy}")
}

/// What the server said, or why it was not reached; the client's own message does not repeat it.
fn postgres_message(error: &::postgres::Error) -> String {
    if let Some(told) = error.as_db_error() {
        return told.message().to_owned();
    }
    match error.source() {
        Some(reason) if !error.to_string().contains(&reason.to_string()) => {
            format!("{error}: {reason}")
        }
        _ => error.to_string(),
    }
}
