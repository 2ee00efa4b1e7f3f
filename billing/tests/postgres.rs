//! `PostgreSQL`: the suite of the repository, workers that share a run, rights, migrations.
//!
//! The tests start a server of their own. Where it is not installed they are reported as ignored, never
//! as passed.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

#[path = "served/encrypted.rs"]
mod encrypted;
mod served;
#[path = "served/postgres.rs"]
mod server;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use billing::repository::{InvoiceRepository, Repository, role_sql};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use served::{LEDGERLY, Served};
use server::Server;

type Test = fn(&Server);

const TESTS: &[(&str, Test)] = &[
    ("the_suite_of_the_repository_passes", the_suite_passes),
    (
        "workers_that_share_a_run_and_are_killed_leave_nothing_undone",
        workers_share_a_run,
    ),
    (
        "a_role_with_no_more_rights_than_it_needs_can_charge",
        a_role_can_charge,
    ),
    (
        "a_filled_database_of_the_first_version_loses_nothing",
        migrations_lose_nothing,
    ),
    (
        "a_connection_that_the_server_ended_is_made_again",
        a_connection_is_made_again,
    ),
    (
        "each_sslmode_checks_of_the_certificate_what_it_says",
        encrypted::each_mode_checks_what_it_says,
    ),
    (
        "commands_say_what_is_to_be_done_and_show_no_password",
        commands_say_what_is_to_be_done,
    ),
];

fn main() {
    let is_missing = Server::programs().is_none();
    if is_missing {
        eprintln!("NOT RUN: PostgreSQL is not installed: apt-get install postgresql");
    }
    let trials = TESTS.iter().map(|(name, test)| {
        let run = move || -> Result<(), Failed> {
            test(&Server::start());
            Ok(())
        };
        Trial::test(*name, run).with_ignored_flag(is_missing)
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

/// Runs the other test program, whose repositories are then on this server.
fn the_suite_passes(server: &Server) {
    let output = Command::new(suite())
        .args(["--test-threads", "4"])
        .env(server::VARIABLE, &server.place)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!told.contains("\nrunning 0 tests"), "{told}");
}

/// The newest program of that name: older builds stay beside it.
fn suite() -> PathBuf {
    let folder = std::env::current_exe().unwrap();
    let files = fs::read_dir(folder.parent().unwrap()).unwrap().flatten();
    let programs = files.filter(|file| {
        let name = file.file_name().into_string().unwrap_or_default();
        name.starts_with("test_billing-") && !name.contains('.')
    });
    let newest = programs.max_by_key(|file| file.metadata().unwrap().modified().unwrap());
    // Not there: cargo test -p billing --test test_billing builds it.
    newest.unwrap().path()
}

fn ledgerly(folder: &Path, database: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(LEDGERLY);
    command
        .current_dir(folder)
        .args(arguments)
        .env("LEDGERLY_DATABASE", database)
        .env("LEDGERLY_GATEWAY_KEY", "sk_test_1")
        .env_remove("LEDGERLY_GATEWAY");
    command
}

fn succeeds(folder: &Path, database: &str, arguments: &[&str]) -> String {
    let output = ledgerly(folder, database, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A book of so many invoices, in the database.
fn import(folder: &Path, database: &str, invoices: usize) {
    let header = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity\n";
    let rows = (1..=invoices).map(|number| format!("INV-{number},gold,true,0,A,{number}.50,1\n"));
    fs::write(
        folder.join("book.csv"),
        header.to_owned() + &rows.collect::<String>(),
    )
    .unwrap();
    assert_eq!(
        succeeds(folder, database, &["db", "migrate"]),
        "the database is up to date\n"
    );
    succeeds(folder, database, &["invoice", "import", "book.csv"]);
}

fn workers_share_a_run(server: &Server) {
    const INVOICES: usize = 120;
    let folder = tempfile::tempdir().unwrap();
    let (path, database) = (folder.path(), server.database("shared"));
    import(path, &database, INVOICES);
    let work = |gateway: &str| {
        let run = ["charge", "--all", "--batch", "20", "--format", "json"];
        ledgerly(path, &database, &run)
            .args(["--gateway", gateway])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    // Two workers die at their first request: each has stored what it was going to charge.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", silent.local_addr().unwrap());
    let mut dying = [work(&nowhere), work(&nowhere)];
    let _requests = dying.each_ref().map(|_| silent.accept().unwrap());
    for worker in &mut dying {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let gateway = Served::gateway(path, &[]);
    let summary_of = |worker: Child| -> Value {
        let output = worker.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let living = [work(&gateway.url), work(&gateway.url)];
    let paid = living.map(|worker| summary_of(worker)["paid"]["count"].as_u64().unwrap());
    assert_eq!(
        paid.iter().sum::<u64>(),
        INVOICES as u64,
        "each once: {paid:?}"
    );
    let again = summary_of(work(&gateway.url));
    assert_eq!(again["paid"]["count"], 0, "nothing was left undone");
    let truth = gateway.control("ledger");
    assert_eq!(truth["payments"].as_array().unwrap().len(), INVOICES);
    let found = succeeds(path, &database, &["reconcile", "--gateway", &gateway.url]);
    let agree = format!("0 repaired, 0 still unknown, {INVOICES} payments agree, 0 differ\n");
    assert_eq!(found, agree);
    assert_eq!(
        succeeds(path, &database, &["db", "check"]),
        "no problem found\n"
    );
}

fn a_role_can_charge(server: &Server) {
    let folder = tempfile::tempdir().unwrap();
    let (path, owner) = (folder.path(), server.database("rights"));
    import(path, &owner, 3);
    let mut client = server.client("rights");
    client
        .batch_execute("CREATE ROLE \"the biller\" LOGIN")
        .unwrap();
    client.batch_execute(&role_sql("the biller")).unwrap();
    let biller = owner.replace("user=postgres", "user=the%20biller");
    let paid = succeeds(path, &biller, &["charge", "--all"]);
    assert!(paid.starts_with(" paid  3  "), "{paid}");
    succeeds(path, &biller, &["refund", "INV-1", "--amount", "1.00"]);
    succeeds(
        path,
        &biller,
        &["invoice", "overdue", "--as-of", "2099-01-01"],
    );
    fs::write(
        path.join("book.csv"),
        fs::read_to_string(path.join("book.csv"))
            .unwrap()
            .replace("INV-", "NEW-"),
    )
    .unwrap();
    succeeds(path, &biller, &["invoice", "import", "book.csv"]);
    succeeds(path, &biller, &["reconcile"]);
    let mut client = postgres::Client::connect(&biller, postgres::NoTls).unwrap();
    for refused in [
        "DELETE FROM invoices",
        "DELETE FROM journal",
        "UPDATE journal SET amount_minor = 0",
        "UPDATE attempts SET amount_minor = 1",
        "UPDATE invoices SET document = '{}'",
        "UPDATE settings SET value = 'other'",
        "TRUNCATE refunds",
        "DROP TABLE journal",
        "CREATE TABLE other (number BIGINT)",
    ] {
        let error = client.batch_execute(refused).unwrap_err();
        let message = error.as_db_error().unwrap().message();
        assert!(
            message.starts_with("permission denied") || message.starts_with("must be owner"),
            "{refused}: {message}"
        );
    }
    let mut owner = server.client("rights");
    let error = owner.batch_execute("UPDATE journal SET amount_minor = 0");
    let message = error
        .unwrap_err()
        .as_db_error()
        .unwrap()
        .message()
        .to_owned();
    assert_eq!(
        message, "the journal is only added to",
        "not even by the owner"
    );
}

fn migrations_lose_nothing(server: &Server) {
    let url = server.database("older");
    let mut client = server.client("older");
    let first = include_str!("../src/repository/postgres/migrations/0001_everything.sql");
    client.batch_execute(first).unwrap();
    client
        .batch_execute(
            "CREATE TABLE versions (version BIGINT PRIMARY KEY); INSERT INTO versions VALUES (1);
             INSERT INTO policies VALUES ('h', '{}');
             INSERT INTO invoices (invoice_id, document, total, due, currency, state, policy_hash)
             VALUES ('OPEN', '{}', '20.00', '20.00', 'USD', 'unknown', 'h');
             INSERT INTO attempts (attempt_id, invoice_id, number, begun_at, amount_minor, currency,
             payment_method, state) VALUES ('a-1', 'OPEN', 1, 7, 2000, 'USD', 'pm_card_visa', 'unknown')",
        )
        .unwrap();
    let url = url.parse().unwrap();
    let refused = Repository::connect(&url, false).unwrap_err().to_string();
    assert!(
        refused.contains("has version 1") && refused.contains("ledgerly db migrate"),
        "{refused}"
    );
    let mut repository = Repository::connect(&url, true).unwrap();
    assert_eq!(repository.open_attempts("", 9).unwrap(), [], "nobody's");
    assert_eq!(repository.take_over().unwrap(), 1);
    let open = repository.open_attempts("", 9).unwrap();
    assert_eq!((open[0].attempt_id.as_str(), open[0].begun_at), ("a-1", 7));
    let mut other = Repository::connect(&url, true).unwrap();
    assert_eq!(other.take_over().unwrap(), 0, "its worker lives");
    drop(repository);
    client
        .batch_execute("INSERT INTO versions VALUES (99)")
        .unwrap();
    let newer = Repository::connect(&url, true).unwrap_err().to_string();
    assert!(newer.contains("has version 99"), "{newer}");
}

fn a_connection_is_made_again(server: &Server) {
    let url = server.database("ended").parse().unwrap();
    let mut repository = Repository::connect(&url, true).unwrap();
    let name = repository.database_id().unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = 'ended' AND pid <> pg_backend_pid()";
    server.client("ended").execute(end, &[]).unwrap();
    // Which call notices is the client's matter; a transaction that is cut off is never completed.
    let lost = repository.adopt("lost");
    assert!(lost.is_err(), "{lost:?}");
    let again = (0..3).find_map(|_| repository.database_id().ok());
    assert_eq!(again.unwrap(), name);
    repository.adopt("later").unwrap();
    assert_eq!(repository.database_id().unwrap(), "later");
}

fn commands_say_what_is_to_be_done(server: &Server) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let url = server
        .database("empty")
        .replace("postgres:///", "postgres://:hidden@/");
    let failed = |database: &str, arguments: &[&str]| {
        let output: Output = ledgerly(path, database, arguments).output().unwrap();
        let shown = String::from_utf8(output.stderr).unwrap();
        assert!(!shown.contains("hidden"), "{shown}");
        (output.status.code(), shown)
    };
    let (code, message) = failed(&url, &["invoice", "list"]);
    assert!(
        code == Some(2) && message.contains("ledgerly db migrate"),
        "{message}"
    );
    succeeds(path, &url, &["db", "migrate"]);
    assert_eq!(succeeds(path, &url, &["invoice", "list"]), "");
    let (code, message) = failed(&url, &["db", "backup", "copy.db"]);
    assert!(code == Some(2) && message.contains("pg_dump"), "{message}");
    assert!(!path.join("copy.db").exists());
    let (code, message) = failed(
        "postgres://:hidden@db.example.com/a?sslmode=disable",
        &["invoice", "list"],
    );
    assert!(
        code == Some(2) && message.contains("without TLS"),
        "{message}"
    );
    let missing = server.url("missing");
    let (code, message) = failed(&missing, &["invoice", "list"]);
    assert!(
        code == Some(6) && message.contains("does not exist"),
        "{message}"
    );
}
