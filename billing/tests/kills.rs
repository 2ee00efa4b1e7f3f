//! Real SIGKILLs, of the run and of the gateway, at moments that nobody chose.
//!
//! `LEDGERLY_KILLS=1000 LEDGERLY_KILL_INVOICES=10000 cargo test --release -p billing --test kills` is the
//! long version. A SIGKILL is not a power cut: that the database syncs each commit has its own test.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod served;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::SystemTime;

use serde_json::Value;
use served::{LEDGERLY, Served};

/// The short version.
const KILLS: u64 = 12;
const INVOICES: u64 = 300;

/// A process is killed when the gateway has had at most this part of the invoices as requests.
const LIVES: u64 = 8;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn runs_and_gateways_that_are_killed_lose_nothing_and_charge_nothing_twice() {
    let (mut left, invoices) = (
        number("LEDGERLY_KILLS", KILLS),
        number("LEDGERLY_KILL_INVOICES", INVOICES),
    );
    let mut runs = 0;
    while left > 0 {
        let folder = tempfile::tempdir().unwrap();
        import(folder.path(), invoices);
        left -= killed_until_done(folder.path(), invoices, left);
        check(folder.path(), invoices);
        runs += 1;
        println!(
            "{left} kills to come after {runs} books of {invoices} invoices: nothing lost or double"
        );
    }
}

fn import(folder: &Path, invoices: u64) {
    let mut book = File::create(folder.join("book.csv")).unwrap();
    let header = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity";
    writeln!(book, "{header}").unwrap();
    for number in 1..=invoices {
        let (whole, cents) = (1 + number % 900, number % 100);
        writeln!(book, "INV-{number},gold,true,0,A,{whole}.{cents:02},1").unwrap();
    }
    drop(book);
    assert!(
        ledgerly(folder)
            .args(["invoice", "import", "book.csv"])
            .status()
            .unwrap()
            .success()
    );
}

/// Kills runs and gateways in turn until a run ends by itself, or so many were killed. Returns how
/// many were.
fn killed_until_done(folder: &Path, invoices: u64, kills_max: u64) -> u64 {
    let (told, heard) = channel();
    let mut kills = 0;
    while kills < kills_max {
        let mut serving = Served::gateway(folder, &["--log-requests"]);
        let lines = serving.hand_over_lines();
        let requests = told.clone();
        let listener = std::thread::spawn(move || {
            lines.for_each(|_| drop(requests.send(Told::Request)));
        });
        let mut run = start_run(folder, &serving.url);
        let mut stdout = run.stdout.take().unwrap();
        let ended = told.clone();
        let watcher = std::thread::spawn(move || {
            drop(std::io::copy(&mut stdout, &mut std::io::sink()));
            drop(ended.send(Told::End));
        });
        let has_ended = waits_for(&heard, noise() % (invoices / LIVES).max(1));
        // Every third time the gateway dies first, which leaves the run without answers.
        if kills % 3 == 2 {
            serving.kill();
            run.kill().unwrap();
        } else {
            run.kill().unwrap();
            drop(serving);
        }
        let status = run.wait().unwrap();
        watcher.join().unwrap();
        listener.join().unwrap();
        while heard.try_recv().is_ok() {}
        if has_ended {
            assert!(status.success(), "{status}");
            return kills;
        }
        kills += 1;
    }
    kills
}

/// What a killer hears.
enum Told {
    /// The gateway had a request.
    Request,
    /// The run has ended by itself.
    End,
}

/// Waits until the gateway has had so many requests; true when the run has ended before.
fn waits_for(heard: &Receiver<Told>, requests: u64) -> bool {
    (0..requests).any(|_| matches!(heard.recv().unwrap(), Told::End))
}

/// When to kill: the clock's own noise.
fn noise() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    u64::from(now.unwrap().subsec_nanos() / 7)
}

fn start_run(folder: &Path, url: &str) -> Child {
    ledgerly(folder)
        .args(["charge", "--all", "--concurrency", "4", "--batch", "50"])
        .args(["--gateway", url])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// After the last kill: a run finishes the work, the next finds none, and everything agrees.
fn check(folder: &Path, invoices: u64) {
    let gateway = Served::gateway(folder, &[]);
    let json = |arguments: &[&str]| -> Value {
        let output = ledgerly(folder)
            .args(arguments)
            .args(["--format", "json"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let through = ["--gateway", &gateway.url];
    json(&[&["charge", "--all"], &through[..]].concat());
    let truth = gateway.control("ledger");
    assert_eq!(truth["payments"].as_array().unwrap().len() as u64, invoices);
    let requests = gateway.control("requests").as_array().unwrap().len();
    let again = json(&[&["charge", "--all"], &through[..]].concat());
    assert_eq!(again["paid"]["count"], 0);
    assert_eq!(
        gateway.control("requests").as_array().unwrap().len(),
        requests,
        "a no-op"
    );
    let found = json(&[&["reconcile"], &through[..]].concat());
    assert_eq!(found["agreed"], invoices);
    assert_eq!(found["differences"].as_array().unwrap().len(), 0);
    let balances = json(&["journal"]);
    let balances = balances.as_array().unwrap();
    let amount = |balance: &Value| balance["amount_minor"].as_i64().unwrap();
    assert_eq!(balances.iter().map(amount).sum::<i64>(), 0);
    let at_gateway = balances
        .iter()
        .find(|balance| balance["account"] == "gateway")
        .unwrap();
    assert_eq!(amount(at_gateway), truth["captured"].as_i64().unwrap());
}

fn ledgerly(folder: &Path) -> Command {
    let mut command = Command::new(LEDGERLY);
    command
        .current_dir(folder)
        .env("LEDGERLY_GATEWAY_KEY", "sk_test_1")
        .env_remove("LEDGERLY_GATEWAY");
    command
}
