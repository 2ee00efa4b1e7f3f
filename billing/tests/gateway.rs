//! The served gateway and the client for it: what survives, what is refused, what is never shown.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod served;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};

use billing::gateway::{
    ApiKey, ChargeRequest, GatewayError, HttpGateway, MinorUnits, Outcome, PaymentGateway,
    RefundRequest, Refunded,
};
use served::{LEDGERLY, Served};

fn client(gateway: &Served) -> HttpGateway {
    HttpGateway::new(&gateway.url, ApiKey::new("sk_test_1").unwrap()).unwrap()
}

fn request(key: &str, method: &str) -> ChargeRequest {
    ChargeRequest {
        attempt_id: key.to_owned(),
        database_id: None,
        invoice_id: "INV-1".to_owned(),
        amount: MinorUnits::new(14169, "USD".parse().unwrap()).unwrap(),
        payment_method: method.parse().unwrap(),
    }
}

/// Sends bytes as they are and reads until the gateway closes.
fn raw(gateway: &Served, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(gateway.url.trim_start_matches("http://")).unwrap();
    // A gateway that refuses early may close before all is written.
    drop(stream.write_all(bytes));
    let mut reply = Vec::new();
    drop(stream.read_to_end(&mut reply));
    String::from_utf8_lossy(&reply).into_owned()
}

#[test]
fn the_same_key_never_charges_twice_across_a_kill_of_the_gateway() {
    let folder = tempfile::tempdir().unwrap();
    let first = Served::gateway(folder.path(), &[]);
    let lost = client(&first).charge(&request("k-1", "pm_card_timeoutAfterCharge"));
    assert!(matches!(lost, Err(GatewayError::TimedOut)), "{lost:?}");
    let declined = client(&first)
        .charge(&request("k-2", "pm_card_chargeDeclined"))
        .unwrap();
    first.kill();

    let second = Served::gateway(folder.path(), &[]);
    let found = client(&second)
        .charge(&request("k-1", "pm_card_timeoutAfterCharge"))
        .unwrap();
    assert_eq!(found.outcome, Outcome::Approved);
    let again = client(&second)
        .charge(&request("k-2", "pm_card_chargeDeclined"))
        .unwrap();
    assert_eq!(again, declined);
    assert_eq!(second.control("ledger")["captured"], 14169);
}

#[test]
fn a_payment_is_refunded_in_parts_and_never_more_than_it_took() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::gateway(folder.path(), &[]);
    let mut gateway = client(&served);
    let payment = gateway.charge(&request("k-1", "pm_card_visa")).unwrap();
    let mut refund = |id: &str, amount| {
        let request = RefundRequest {
            refund_id: id.to_owned(),
            payment_id: payment.payment_id.clone(),
            amount: MinorUnits::new(amount, "USD".parse().unwrap()).unwrap(),
        };
        gateway.refund(&request).unwrap()
    };
    let part = refund("r-1", 4169);
    assert!(matches!(part, Refunded::Done(_)));
    assert_eq!(refund("r-1", 4169), part, "the same refund, sent again");
    assert!(matches!(refund("r-2", 10_001), Refunded::Refused(_)));
    assert!(matches!(refund("r-3", 10_000), Refunded::Done(_)));
    assert_eq!(served.control("ledger")["refunded"], 14169);
    let page = gateway.payments(None).unwrap();
    assert_eq!(
        (page.payments[0].captured, page.payments[0].refunded),
        (14169, 14169)
    );
    assert_eq!(page.payments[0].attempt_id.as_deref(), Some("k-1"));
    assert_eq!(page.next, None);
}

#[test]
fn a_reply_of_500_is_looked_up_and_never_taken_for_a_decline() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::gateway(folder.path(), &[]);
    let faults = r#"{"ordinals":{"1":"error_after","3":"error_before"}}"#;
    ureq::post(format!("{}/_ledgerly/faults", served.url))
        .header("content-type", "application/json")
        .send(faults)
        .unwrap();
    let mut gateway = client(&served);
    let charged = gateway.charge(&request("k-1", "pm_card_visa")).unwrap();
    assert_eq!(charged.outcome, Outcome::Approved);
    for _ in 0..2 {
        let undecided = gateway.charge(&request("k-2", "pm_card_visa"));
        assert!(
            matches!(undecided, Err(GatewayError::Undecided(_))),
            "{undecided:?}"
        );
    }
    assert_eq!(served.control("ledger")["captured"], 14169);
}

#[test]
fn what_is_too_long_or_no_request_is_refused_and_the_gateway_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::gateway(folder.path(), &[]);
    let head = "POST /v1/payment_intents HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    let long_body = format!("{head}Content-Length: 99999\r\n\r\n{}", "a".repeat(99_999));
    assert!(raw(&served, long_body.as_bytes()).starts_with("HTTP/1.1 413"));
    let long_header = format!("{head}X-Long: {}\r\n\r\n", "a".repeat(99_999));
    assert!(raw(&served, long_header.as_bytes()).starts_with("HTTP/1.1 431"));
    assert!(raw(&served, b"\x16\x03\x01\x00 no request\r\n\r\n").starts_with("HTTP/1.1 400"));
    let unknown = raw(&served, format!("{head}\r\n").as_bytes());
    assert!(unknown.starts_with("HTTP/1.1 401"), "{unknown}");
    assert!(
        client(&served)
            .charge(&request("k-1", "pm_card_visa"))
            .is_ok()
    );
}

#[test]
fn a_key_whose_reply_is_still_on_its_way_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = Served::gateway(folder.path(), &["--log-requests"]);
    ureq::post(format!("{}/_ledgerly/faults", served.url))
        .header("content-type", "application/json")
        .send(r#"{"ordinals":{"1":"delay"},"delay_ms":600000}"#)
        .unwrap();
    let body = "amount=1000&currency=usd&confirm=true&payment_method=pm_card_visa";
    // As curl -u sends the key.
    let request = format!(
        "POST /v1/payment_intents HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIdempotency-Key: k-1\r\n\
         Authorization: Basic c2tfdGVzdF8xOg==\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut waiting = TcpStream::connect(served.url.trim_start_matches("http://")).unwrap();
    waiting.write_all(request.as_bytes()).unwrap();
    assert_eq!(served.line(), "POST /v1/payment_intents 200");
    let second = raw(&served, request.as_bytes());
    assert!(second.starts_with("HTTP/1.1 409"), "{second}");
    assert!(second.contains("request-id: req_2"), "{second}");
    assert!(second.contains("idempotency_key_in_use"), "{second}");
    let other = raw(&served, request.replace("k-1", "k-2").as_bytes());
    assert!(other.starts_with("HTTP/1.1 200"), "{other}");
    assert_eq!(served.control("ledger")["captured"], 2000);
}

#[test]
fn the_control_plane_answers_to_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::gateway(folder.path(), &[]);
    let page = |host: &str| {
        let text = format!("GET /_ledgerly/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        raw(&served, text.as_bytes())
    };
    assert!(page("127.0.0.1:1").contains("Ledgerly's fake gateway"));
    assert!(page("attacker.example").starts_with("HTTP/1.1 403"));
    let form = "POST /_ledgerly/clock HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 13\r\n\r\n{\"advance\":9}";
    assert!(raw(&served, form.as_bytes()).starts_with("HTTP/1.1 415"));
}

#[test]
fn only_the_right_key_is_accepted_and_it_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let (key, other) = (folder.path().join("key"), folder.path().join("other"));
    fs::write(&key, "sk_live_hidden\n").unwrap();
    fs::write(&other, "sk_live_wrong\n").unwrap();
    let served = Served::gateway(
        folder.path(),
        &["--gateway-key-file", key.to_str().unwrap()],
    );
    fs::copy("examples/worked.json", folder.path().join("worked.json")).unwrap();
    let run = |arguments: &[&str]| ledgerly(folder.path(), arguments);
    assert!(run(&["invoice", "import", "worked.json"]).status.success());
    let charge = [
        "charge",
        "INV-1",
        "--gateway",
        &served.url,
        "--gateway-key-file",
    ];
    let refused = run(&[&charge[..], &["other"]].concat());
    assert_eq!(refused.status.code(), Some(6));
    let missing = run(&charge[..4]);
    assert_eq!(missing.status.code(), Some(2));
    let paid = run(&[&charge[..], &["key"]].concat());
    assert!(paid.status.success(), "{paid:?}");
    for output in [&refused, &missing, &paid] {
        let shown = format!("{output:?}");
        assert!(
            !shown.contains("hidden") && !shown.contains("wrong"),
            "{shown}"
        );
    }
    assert_eq!(
        served.control("ledger")["payments"][0]["invoice_id"],
        "INV-1"
    );
}

#[test]
fn a_gateway_that_others_can_reach_needs_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let output = ledgerly(
        folder.path(),
        &["gateway", "serve", "--listen", "0.0.0.0:0"],
    );
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("LEDGERLY_GATEWAY_KEY"), "{message}");
    assert!(!folder.path().join("gateway.db").exists());
}

fn ledgerly(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(LEDGERLY)
        .args(arguments)
        .current_dir(folder)
        .env_remove("LEDGERLY_GATEWAY_KEY")
        .output()
        .unwrap()
}
