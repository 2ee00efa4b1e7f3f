use rusqlite_migration::Migrations;

use super::{MIGRATIONS, SqliteRepository};
use crate::repository::RepositoryError;

#[test]
fn the_migrations_are_valid() {
    Migrations::from_slice(MIGRATIONS).validate().unwrap();
}

#[test]
fn a_database_survives_a_power_cut_and_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledgerly.db");
    let repository = SqliteRepository::create(&path).unwrap();
    let pragma = |name: &str| -> String {
        let value = repository
            .connection
            .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
        format!("{:?}", value.unwrap())
    };
    assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
    assert_eq!(pragma("synchronous"), "Integer(2)", "full");
    assert_eq!(pragma("foreign_keys"), "Integer(1)");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn the_schema_allows_one_attempt_that_counts() {
    let repository = SqliteRepository::in_memory().unwrap();
    let insert = |sql: &str| repository.connection.execute(sql, []);
    insert("INSERT INTO invoices (invoice_id, document, total, state) VALUES ('INV-1', '{}', '1.00', 'unknown')").unwrap();
    let attempt = |id: &str, number: u8| {
        insert(&format!(
            "INSERT INTO attempts (attempt_id, invoice_id, number, amount_minor, payment_method, state) \
             VALUES ('{id}', 'INV-1', {number}, 100, 'pm_card_visa', 'unknown')"
        ))
    };
    attempt("first", 1).unwrap();
    assert!(attempt("second", 2).is_err(), "the first is still open");
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledgerly.db");
    let newer = SqliteRepository::create(&path).unwrap();
    newer
        .connection
        .pragma_update(None, "user_version", 99)
        .unwrap();
    drop(newer);
    let refused = SqliteRepository::open(&path);
    assert!(
        matches!(refused, Err(RepositoryError::Version(_))),
        "{refused:?}"
    );
}
