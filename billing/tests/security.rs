//! What nobody else may read: keys and secrets in no output, log or file; files for their owner alone;
//! limits on what a stranger may send.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod served;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use served::{LEDGERLY, Served};

const KEY: &str = "sk_live_7h1s1sh1dd3n";
const SECRET: &str = "whsec_7h1st00";

/// Everything that a command says.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(LEDGERLY)
        .args(arguments)
        .current_dir(folder)
        .env_remove("LEDGERLY_GATEWAY_KEY")
        .env_remove("LEDGERLY_GATEWAY")
        .output()
        .unwrap();
    format!("{arguments:?}: {output:?}\n")
}

#[test]
fn no_output_log_or_file_of_a_full_run_holds_a_secret_and_files_are_their_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let secrets = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let file = secrets.path().join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let (key, wrong) = (file("key", KEY), file("wrong", "sk_live_7h1s1swr0ng"));
    let secret = file("secret", SECRET);
    fs::copy("examples/worked.json", path.join("worked.json")).unwrap();
    let mut all = said(path, &["invoice", "import", "worked.json"]);
    let mut receiver = Served::receiver(path, &["--webhook-secret-file", &secret]);
    let gateway = Served::gateway(
        path,
        &[
            "--gateway-key-file",
            &key,
            "--webhook",
            &receiver.url,
            "--webhook-secret-file",
            &secret,
        ],
    );
    let method = "pm_card_timeoutAfterCharge";
    let charge = [
        "charge",
        "INV-1",
        "--payment-method",
        method,
        "--gateway",
        &gateway.url,
    ];
    all += &said(
        path,
        &[&charge[..], &["--gateway-key-file", &wrong]].concat(),
    );
    let through = ["--gateway", &gateway.url, "--gateway-key-file", &key];
    all += &said(path, &[&charge[..4], &through].concat());
    all += &receiver.line();
    for command in [
        &["charge", "--all"][..],
        &["refund", "INV-1", "--amount", "1.00"],
        &["reconcile", "--format", "json"],
    ] {
        all += &said(path, &[command, &through].concat());
    }
    for command in [
        &["invoice", "show", "INV-1", "--format", "json"][..],
        &["journal", "--postings"],
        &["db", "backup", "copy.db"],
        &["db", "check"],
    ] {
        all += &said(path, command);
    }
    all += &gateway.control("requests").to_string();
    assert!(
        all.contains("0 differ") || all.contains("differences"),
        "{all}"
    );

    let made_by_the_test = ["worked.json", "gateway.log", "webhooks.log"];
    let mut databases = 0;
    for entry in fs::read_dir(path).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        let bytes = fs::read(entry.path()).unwrap();
        all += &String::from_utf8_lossy(&bytes);
        if !made_by_the_test.contains(&name.as_str()) {
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
            databases += 1;
        }
    }
    assert!(
        databases >= 6,
        "databases, logs, a lock, a copy: {databases}"
    );
    all += &gateway.finish();
    all += &receiver.finish();
    for name in ["gateway.log", "webhooks.log"] {
        all += &fs::read_to_string(path.join(name)).unwrap();
    }
    for secret in ["7h1s1sh1dd3n", "7h1s1swr0ng", SECRET] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[test]
fn a_receiver_of_webhooks_refuses_what_is_too_long_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret"), SECRET).unwrap();
    fs::copy("examples/worked.json", folder.path().join("worked.json")).unwrap();
    said(folder.path(), &["invoice", "import", "worked.json"]);
    let receiver = Served::receiver(folder.path(), &["--webhook-secret-file", "secret"]);
    let sent = |more: &str, body: &str| {
        let mut stream = TcpStream::connect(receiver.url.trim_start_matches("http://")).unwrap();
        let length = body.len();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}Content-Length: {length}\r\n\r\n"
        );
        // A receiver that refuses early may close before all is written.
        drop(stream.write_all((head + body).as_bytes()));
        let mut reply = Vec::new();
        drop(stream.read_to_end(&mut reply));
        String::from_utf8_lossy(&reply).into_owned()
    };
    assert!(sent("", &"a".repeat(99_999)).starts_with("HTTP/1.1 413"));
    let long = format!("X-Long: {}\r\n", "a".repeat(99_999));
    assert!(sent(&long, "").starts_with("HTTP/1.1 431"));
    let unsigned = sent("", "{}");
    assert!(unsigned.starts_with("HTTP/1.1 400"), "{unsigned}");
    let forged = sent("Stripe-Signature: t=1,v1=00\r\n", "{}");
    assert!(forged.starts_with("HTTP/1.1 400"), "{forged}");
}
