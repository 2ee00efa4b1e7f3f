use std::sync::{Arc, Mutex};

use rusqlite::Connection;
use rusqlite_migration::Migrations;
use rust_decimal::dec;

use super::{MIGRATIONS, SqliteDatabase};
use crate::gateway::{ApiReply, ApiRequest, FakeGateway, GatewayError, PaymentGateway, Transport};
use crate::repository::database::Row;
use crate::repository::{InvoiceRepository, NewInvoice, Repository, RepositoryError};
use crate::run::{Overlap, RunOptions, Selection, reconcile, run};

#[test]
fn the_migrations_are_valid() {
    Migrations::from_slice(MIGRATIONS).validate().unwrap();
}

#[test]
fn a_filled_database_of_the_first_version_loses_nothing_on_its_way_to_the_latest() {
    let mut connection = Connection::open_in_memory().unwrap();
    let migrations = Migrations::from_slice(MIGRATIONS);
    migrations.to_version(&mut connection, 1).unwrap();
    let fill = "INSERT INTO invoices (invoice_id, document, total, state) VALUES \
                ('PAID', '{}', '141.69', 'paid'), ('OPEN', '{}', '20.00', 'unknown'); \
                INSERT INTO attempts (attempt_id, invoice_id, number, amount_minor, payment_method, \
                state, payment_id) VALUES ('a-1', 'PAID', 1, 14169, 'pm_card_visa', 'paid', 'pi_1'), \
                ('a-2', 'OPEN', 1, 2000, 'pm_card_visa', 'unknown', NULL);";
    connection.execute_batch(fill).unwrap();
    migrations.to_version(&mut connection, 2).unwrap();
    let refund = "INSERT INTO refunds (refund_id, attempt_id, number, amount_minor, state) \
                  VALUES ('r-1', 'a-1', 1, 100, 'unknown')";
    connection.execute(refund, []).unwrap();
    let mut repository = Repository::on(SqliteDatabase::migrated(connection).unwrap());
    assert_eq!(repository.problems().unwrap(), Vec::<String>::new());
    let balances = repository.balances().unwrap();
    let shown: Vec<_> = balances
        .iter()
        .map(|balance| (balance.account.as_str(), balance.amount_minor))
        .collect();
    assert_eq!(
        shown,
        [
            ("gateway", 14169),
            ("receivable", 2000),
            ("revenue", -16169)
        ]
    );
    let open = repository.open_attempts("", 9).unwrap();
    assert_eq!((open[0].begun_at, &open[0].database_id), (0, &None));
    let refund = repository.open_refunds().unwrap().remove(0);
    assert_eq!(refund.begun_at, 0, "so it is looked up before it is sent");
    assert!(repository.fail_refund("r-1", "expired_card").unwrap());
    assert_eq!(repository.open_refunds().unwrap(), []);
}

#[test]
fn each_database_has_a_name_of_its_own() {
    let name = || Repository::in_memory().unwrap().database_id().unwrap();
    assert_ne!(name(), name());
}

#[test]
fn neither_a_fork_nor_its_origin_sees_what_becomes_of_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut origin = Repository::create(&folder.path().join("ledgerly.db")).unwrap();
    let name = origin.database_id().unwrap();
    let mut fork = origin.forked().unwrap();
    assert_eq!(fork.database_id().unwrap(), name);
    fork.adopt("fork").unwrap();
    assert_eq!(origin.database_id().unwrap(), name);
    origin.adopt("origin").unwrap();
    assert_eq!(fork.database_id().unwrap(), "fork");
    assert_eq!(fork.problems().unwrap(), Vec::<String>::new());

    let origin = FakeGateway::in_memory().unwrap();
    let mut fork = origin.forked().unwrap();
    fork.advance_clock(60).unwrap();
    assert_eq!((origin.now(), fork.now()), (0, 60));
}

#[test]
fn a_database_survives_a_power_cut_and_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledgerly.db");
    let repository = SqliteDatabase::create(&path).unwrap();
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
    let repository = SqliteDatabase::in_memory().unwrap();
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
    let newer = SqliteDatabase::create(&path).unwrap();
    newer
        .connection
        .pragma_update(None, "user_version", 99)
        .unwrap();
    drop(newer);
    let refused = Repository::open(&path);
    assert!(
        matches!(refused, Err(RepositoryError::Version(_))),
        "{refused:?}"
    );
}

/// The pages that a database may have, as if its disk had no more.
fn allow_pages(repository: &Repository, pages: i64) {
    let sql = format!("PRAGMA max_page_count = {pages}");
    let each = &mut |_: &dyn Row| Ok(());
    repository.database.query(&sql, &[], each).unwrap();
}

#[test]
fn a_run_whose_disk_is_full_says_so_loses_nothing_and_ends_when_there_is_room_again() {
    let invoice = |number: u32| {
        NewInvoice {
        invoice: serde_json::from_str(&format!(
            r#"{{"invoice_id":"INV-{number}","tier":"","loyalty_member":false,"days_overdue":0,"items":[{{"sku":"A","unit_price":1,"quantity":1}}]}}"#
        ))
        .unwrap(),
        total: dec!(1),
        policy: pricing::Policy::standard().into(),
        due: dec!(1),
        currency: "USD".parse().unwrap(),
        due_on: None,
        file: "book".to_owned(),
        line: 1,
    }
    };
    let mut repository = Repository::in_memory().unwrap();
    let mut book = (1..=60).map(|number| Ok(invoice(number)));
    repository.import(&mut book).unwrap();
    let ledger = Arc::new(Mutex::new(FakeGateway::in_memory().unwrap()));
    let options = RunOptions {
        selection: Selection::Due(None),
        payment_method: "pm_card_visa".parse().unwrap(),
        batch: 7,
        rate: None,
        overlap: Overlap::InTurn,
    };
    let charge = |repository: &mut Repository| {
        let gateway = Shared(Arc::clone(&ledger));
        let mut gateways: Vec<Box<dyn PaymentGateway + Send>> = vec![Box::new(gateway)];
        let clock = || 1_800_000_000;
        run(repository, &mut gateways, &options, &clock, &mut |_| {})
    };
    let mut pages = 1;
    let mut failures = 0;
    // SQLite never makes a database smaller than it is; each page more lets the run go further.
    while let Err(error) = {
        allow_pages(&repository, pages);
        charge(&mut repository)
    } {
        let message = error.to_string();
        assert!(
            message.contains("is full (what was recorded is safe"),
            "{message}"
        );
        assert_eq!(repository.problems().unwrap(), Vec::<String>::new());
        (pages, failures) = (pages + 1, failures + 1);
        assert!(failures < 1000, "it ends");
    }
    assert!(failures > 3, "{failures}");
    let mut gateway = ledger.lock().unwrap();
    assert_eq!(gateway.true_ledger().unwrap().payments.len(), 60);
    let found = reconcile(&mut repository, &mut *gateway, 1_800_000_000).unwrap();
    assert_eq!((found.agreed, found.repaired), (60, 0));
    assert_eq!(found.differences, []);
}

/// The same gateway for one run after the other.
struct Shared(Arc<Mutex<FakeGateway>>);

impl Transport for Shared {
    fn send(&mut self, request: &ApiRequest) -> Result<ApiReply, GatewayError> {
        self.0.lock().unwrap().send(request)
    }
}
