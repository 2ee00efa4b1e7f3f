//! The page on charging, run as it stands: its transcripts, and its shell commands with real processes.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const LEDGERLY: &str = env!("CARGO_BIN_EXE_ledgerly");

/// A folder with the files that the page names.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd/charge.in");
    for name in ["book.csv", "late.json"] {
        fs::copy(examples.join(name), folder.path().join(name)).unwrap();
    }
    folder
}

#[test]
fn the_transcripts_and_the_shell_commands_do_what_the_page_says() {
    let page = fs::read_to_string(PAGE).unwrap();
    for block in page.split("\n```sh\n").skip(1) {
        shell(block.split("\n```").next().unwrap());
    }
    let folder = folder();
    // This process has this test alone.
    std::env::set_current_dir(folder.path()).unwrap();
    trycmd::TestCases::new()
        .register_bin("ledgerly", Path::new(LEDGERLY))
        .case(PAGE)
        .run();
}

fn shell(block: &str) {
    // Another gateway may listen where the page says.
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let script = format!("set -eu\n{}", block.replace("12111", &port));
    let folder = folder();
    let bin = Path::new(LEDGERLY).parent().unwrap().display();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", path)
        .env_remove("LEDGERLY_GATEWAY")
        .env_remove("LEDGERLY_DATABASE")
        .output()
        .unwrap();
    assert!(output.status.success(), "{block}\n{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let expected = if block.contains("reconcile") {
        "11 payments agree, 0 differ\n"
    } else {
        "GRANT USAGE ON SEQUENCE workers TO \"biller\";"
    };
    assert!(said.contains(expected), "{said}");
}
