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
use std::time::{Duration, SystemTime};

use serde_json::Value;
use served::{LEDGERLY, ServedGateway};

/// The short version.
const KILLS: u64 = 12;
const INVOICES: u64 = 300;

/// A process is killed within so long after its start; a run that has nothing left to do is shorter.
const LIFE_MILLIS_MAX: u64 = 400;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap())
}

#[test]
fn runs_and_gateways_that_are_killed_lose_nothing_and_charge_nothing_twice() {
    let (mut left, invoices) = (
        number("LEDGERLY_KILLS", KILLS),
        number("LEDGERLY_KILL_INVOICES", INVOICES),
    );
    while left > 0 {
        let folder = tempfile::tempdir().unwrap();
        import(folder.path(), invoices);
        left -= killed_until_done(folder.path(), left);
        check(folder.path(), invoices);
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
fn killed_until_done(folder: &Path, kills_max: u64) -> u64 {
    let mut gateway = ServedGateway::start(folder, &[]);
    let mut kills = 0;
    while kills < kills_max {
        let mut run = start_run(folder, &gateway.url);
        std::thread::sleep(moment());
        // The gateway's death leaves the run without answers; its own follows in the next round.
        let is_gateways_turn = kills % 3 == 2;
        if is_gateways_turn {
            gateway.kill();
            run.kill().unwrap();
            run.wait().unwrap();
            gateway = ServedGateway::start(folder, &[]);
            kills += 1;
            continue;
        }
        if let Some(status) = run.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            // A run that had nothing to do counts as well, so that this ends.
            return kills.max(1);
        }
        run.kill().unwrap();
        run.wait().unwrap();
        kills += 1;
    }
    kills
}

/// When to kill: the clock's own noise.
fn moment() -> Duration {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    Duration::from_millis(u64::from(now.subsec_micros()) % LIFE_MILLIS_MAX)
}

fn start_run(folder: &Path, url: &str) -> Child {
    ledgerly(folder)
        .args([
            "charge",
            "--all",
            "--concurrency",
            "4",
            "--batch",
            "50",
            "--gateway",
            url,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// After the last kill: a run finishes the work, the next finds none, and everything agrees.
fn check(folder: &Path, invoices: u64) {
    let gateway = ServedGateway::start(folder, &[]);
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
