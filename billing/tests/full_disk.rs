//! A real run that may write no further: the limit on the size of files stands for a full disk.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod served;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use served::LEDGERLY;

const INVOICES: usize = 200;

/// Runs `ledgerly` with files of at most so many blocks of 512 bytes.
fn limited(folder: &Path, blocks: u64, arguments: &[&str]) -> Output {
    // Ignored, the signal becomes an error of the write that went too far.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    Command::new("/bin/sh")
        .args(["-c", &script, LEDGERLY])
        .args(arguments)
        .current_dir(folder)
        .env_remove("LEDGERLY_GATEWAY")
        .output()
        .unwrap()
}

#[test]
fn a_run_that_can_write_no_further_is_completed_when_it_can() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let header = "invoice_id,tier,loyalty_member,days_overdue,sku,unit_price,quantity\n";
    let rows = (1..=INVOICES).map(|number| format!("INV-{number},gold,true,0,A,{number}.50,1\n"));
    let book = header.to_owned() + &rows.collect::<String>();
    fs::write(path.join("book.csv"), book).unwrap();
    let unlimited = |arguments: &[&str]| {
        let output = limited(path, 1 << 30, arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    unlimited(&["invoice", "import", "book.csv"]);
    let database = path.join("ledgerly.db");
    let blocks = || fs::metadata(&database).unwrap().len().div_ceil(512);
    let mut failures = 0;
    for room in [0, 32, 64, 128] {
        let output = limited(path, blocks() + room, &["charge", "--all", "--batch", "20"]);
        if output.status.success() {
            break;
        }
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(6), "{message}");
        assert!(message.starts_with("error: "), "{message}");
        assert_eq!(unlimited(&["db", "check"]), "no problem found\n");
        failures += 1;
    }
    assert!(failures > 0, "the limit was met");
    unlimited(&["charge", "--all"]);
    let found = unlimited(&["reconcile"]);
    let agree = format!("0 repaired, 0 still unknown, {INVOICES} payments agree, 0 differ\n");
    assert_eq!(found, agree);
}
