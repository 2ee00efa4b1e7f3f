//! A power cut leaves the log of the database torn: its last pages are missing, or are not what was
//! written. Simulated on copies of the files, because a test cannot cut the power; what the disk itself
//! does with a sync is not shown by it.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::Path;

use billing::charge;
use billing::gateway::FakeGateway;
use billing::repository::{InvoiceRepository, InvoiceState, NewInvoice, Repository};
use billing::run::reconcile;
use rust_decimal::dec;

const INVOICES: u32 = 6;
const NOW: i64 = 1_800_000_000;

/// The log is cut at so many places.
const CUTS: usize = 24;

fn invoice(number: u32) -> NewInvoice {
    let json = format!(
        r#"{{"invoice_id":"INV-{number}","tier":"","loyalty_member":false,"days_overdue":0,
            "items":[{{"sku":"A","unit_price":"1.00","quantity":1}}]}}"#
    );
    NewInvoice {
        invoice: serde_json::from_str(&json).unwrap(),
        total: dec!(1.00),
        policy: pricing::Policy::standard().into(),
        due: dec!(1.00),
        currency: "USD".parse().unwrap(),
        due_on: None,
        file: "book".to_owned(),
        line: 1,
    }
}

fn charge_all(repository: &mut Repository, gateway: &mut FakeGateway) {
    for number in 1..=INVOICES {
        let method = "pm_card_visa".parse().unwrap();
        charge(repository, gateway, &format!("INV-{number}"), method, NOW).unwrap();
    }
}

fn paid(repository: &Repository) -> usize {
    let mut count = 0;
    let state = Some(InvoiceState::Paid);
    repository
        .list(state, &mut |_| {
            count += 1;
            Ok(())
        })
        .unwrap();
    count
}

/// The database as the power cut leaves it.
fn after_the_cut(file: &[u8], log: &[u8], path: &Path) -> Repository {
    fs::write(path, file).unwrap();
    fs::write(path.with_extension("db-wal"), log).unwrap();
    Repository::open(path).unwrap()
}

#[test]
fn whatever_of_the_log_is_torn_the_database_is_whole_and_nothing_is_charged_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledgerly.db");
    let mut gateway = FakeGateway::in_memory().unwrap();
    let mut repository = Repository::create(&path).unwrap();
    repository
        .import(&mut (1..=INVOICES).map(|number| Ok(invoice(number))))
        .unwrap();
    // Everything up to here is in the file; from here on it is in the log.
    drop(repository);
    let mut repository = Repository::open(&path).unwrap();
    let name = repository.database_id().unwrap();
    charge_all(&mut repository, &mut gateway);
    let file = fs::read(&path).unwrap();
    let log = fs::read(path.with_extension("db-wal")).unwrap();
    assert!(log.len() > 50_000, "{}", log.len());

    let mut known = Vec::new();
    for cut in (0..=CUTS).map(|place| log.len() * place / CUTS) {
        let mut garbled = log.clone();
        garbled[cut..].fill(0xA5);
        for (kind, torn) in [("cut", &log[..cut]), ("garbled", &garbled)] {
            let copy = folder.path().join(format!("{kind}-{cut}.db"));
            let mut repository = after_the_cut(&file, torn, &copy);
            assert_eq!(
                repository.problems().unwrap(),
                Vec::<String>::new(),
                "{kind} at {cut}"
            );
            assert_eq!(repository.database_id().unwrap(), name);
            known.push(paid(&repository));
            charge_all(&mut repository, &mut gateway);
            assert_eq!(paid(&repository), INVOICES as usize, "{kind} at {cut}");
            let found = reconcile(&mut repository, &mut gateway, NOW).unwrap();
            assert_eq!(found.differences, [], "{kind} at {cut}");
        }
    }
    known.dedup();
    assert!(known.len() > 4, "the cuts lose more or less: {known:?}");
    let truth = gateway.true_ledger().unwrap();
    assert_eq!(truth.payments.len(), INVOICES as usize, "each once");
}
