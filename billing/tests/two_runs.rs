//! Two runs on one file at once: the second says who is at work, and nothing is lost when that one dies.

mod served;

use std::fs;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use served::{LEDGERLY, Served};

#[test]
fn the_second_run_names_the_first_and_takes_over_when_it_is_dead() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::copy("tests/cmd/charge.in/book.csv", path.join("book.csv")).unwrap();
    let ledgerly = |arguments: &[&str]| {
        let mut command = Command::new(LEDGERLY);
        command
            .args(arguments)
            .current_dir(path)
            .env("LEDGERLY_GATEWAY_KEY", "sk_test_1")
            .env_remove("LEDGERLY_GATEWAY");
        command
    };
    let imported = ledgerly(&["invoice", "import", "book.csv"]).output();
    assert!(imported.unwrap().status.success());
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let nowhere = format!("http://{}", silent.local_addr().unwrap());
    let mut first = ledgerly(&["charge", "--all", "--gateway", &nowhere])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // From its first request on it waits for an answer.
    let _request = silent.accept().unwrap();

    let gateway = Served::gateway(path, &[]);
    let run = [
        "charge",
        "--all",
        "--gateway",
        &gateway.url,
        "--rate",
        "1000",
        "--concurrency",
        "2",
    ];
    for refused in [
        &run[..],
        &["charge", "INV-1", "--gateway", &gateway.url],
        &["reconcile", "--gateway", &gateway.url],
        &["invoice", "overdue"],
    ] {
        let second = ledgerly(refused).output().unwrap();
        assert_eq!(second.status.code(), Some(6), "{refused:?}");
        let message = String::from_utf8(second.stderr).unwrap();
        let holder = format!("in use by process {} (a billing run)", first.id());
        assert!(message.contains(&holder), "{message}");
    }
    let listed = ledgerly(&["invoice", "list"]).output().unwrap();
    assert!(listed.status.success(), "reading needs no lock");

    first.kill().unwrap();
    first.wait().unwrap();
    let last = ledgerly(&run).output().unwrap();
    assert!(last.status.success(), "{last:?}");
    assert_eq!(
        gateway.control("ledger")["payments"]
            .as_array()
            .unwrap()
            .len(),
        11,
        "all but the one that costs nothing"
    );
}
