//! Webhooks that come twice, in the wrong order, from somebody else, or not at all.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod served;

use std::fs;
use std::path::Path;
use std::process::Command;

use billing::gateway::{
    ChargeRequest, FakeGateway, MinorUnits, PaymentGateway, Secret, SignatureError, sign,
};
use billing::refund::refund;
use billing::repository::{InvoiceRepository, InvoiceState, NewInvoice, Repository};
use billing::webhook::{Received, Receiver, WebhookError};
use billing::{ChargeState, charge};
use rust_decimal::dec;
use served::{LEDGERLY, Served};

const NOW: i64 = 1_800_000_000;

fn now() -> i64 {
    NOW
}

fn secret() -> Secret {
    Secret::new("whsec_1").unwrap()
}

/// A receiver that does not know yet what became of its one invoice, and the events that tell.
fn unknown(path: &Path, method: &str) -> (Receiver<Repository>, Vec<String>) {
    let mut repository = Repository::create(path).unwrap();
    let worked = fs::read_to_string("examples/worked.json").unwrap();
    let new = NewInvoice {
        invoice: serde_json::from_str(&worked).unwrap(),
        total: dec!(141.69),
        policy: pricing::Policy::standard().into(),
        due: dec!(141.69),
        currency: "USD".parse().unwrap(),
        due_on: None,
        file: "worked.json".to_owned(),
        line: 1,
    };
    repository.import(&mut std::iter::once(Ok(new))).unwrap();
    let mut gateway = FakeGateway::in_memory().unwrap();
    gateway.queue_webhooks();
    let lost = r#"{"ordinals":{"1":"drop_after"}}"#;
    gateway
        .set_faults(serde_json::from_str(lost).unwrap())
        .unwrap();
    let method = method.parse().unwrap();
    let charged = charge(&mut repository, &mut gateway, "INV-1", method, NOW).unwrap();
    assert_eq!(charged.state, ChargeState::Unknown);
    let mut events = Vec::new();
    while let Some(delivery) = gateway.next_delivery().unwrap() {
        gateway.delivered(&delivery, true).unwrap();
        events.push(delivery.payload);
    }
    (Receiver::new(repository, secret(), now), events)
}

fn receive(receiver: &mut Receiver<Repository>, event: &str) -> Received {
    let signature = sign(&secret(), NOW, event.as_bytes());
    receiver.receive(&signature, event.as_bytes()).unwrap()
}

/// The event as if another database had asked.
fn of_database(event: &str, name: &str) -> String {
    let mut event: serde_json::Value = serde_json::from_str(event).unwrap();
    event["data"]["object"]["metadata"]["database_id"] = name.into();
    event.to_string()
}

#[test]
fn events_in_any_order_and_twice_record_one_decision() {
    for (method, state) in [
        ("pm_card_visa", InvoiceState::Paid),
        ("pm_card_chargeDeclined", InvoiceState::Declined),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledgerly.db");
        let (mut receiver, mut events) = unknown(&path, method);
        assert_eq!(events.len(), 3, "created, the charge, the decision");
        events.reverse();
        let twice = events.iter().chain(&events);
        let recorded = twice.filter(|event| receive(&mut receiver, event) == Received::Recorded);
        assert_eq!(recorded.count(), 1, "{method}");
        let repository = Repository::open(&path).unwrap();
        assert_eq!(repository.find("INV-1").unwrap().unwrap().state, state);
        assert_eq!(repository.problems().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn an_event_that_is_not_the_gateways_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut receiver, events) = unknown(&folder.path().join("ledgerly.db"), "pm_card_visa");
    let event = events.last().unwrap();
    let forged = sign(&Secret::new("whsec_2").unwrap(), NOW, event.as_bytes());
    let old = sign(&secret(), NOW - 301, event.as_bytes());
    for (signature, reason) in [
        (forged.as_str(), SignatureError::Wrong),
        (&old, SignatureError::TooOld),
        ("", SignatureError::Malformed),
    ] {
        let refused = receiver.receive(signature, event.as_bytes());
        assert!(
            matches!(&refused, Err(WebhookError::Signature(error)) if *error == reason),
            "{refused:?}"
        );
    }
    assert_eq!(
        receive(&mut receiver, event),
        Received::Recorded,
        "so nothing was before"
    );
}

#[test]
fn a_signed_event_about_something_else_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut receiver, events) = unknown(&folder.path().join("ledgerly.db"), "pm_card_visa");
    let event = events.last().unwrap();
    let attempt_id = "bbb65c16-6ae3-5678-8d20-29c3e4dcee8e";
    assert!(event.contains(attempt_id));
    let of_another = event.replace(attempt_id, "another");
    assert_eq!(receive(&mut receiver, &of_another), Received::NothingNew);
    assert_eq!(
        receive(&mut receiver, r#"{"type":"customer.created"}"#),
        Received::NothingNew
    );
    assert_eq!(receive(&mut receiver, "[]"), Received::NothingNew);
    let of_another_database = of_database(event, "another");
    assert_eq!(
        receive(&mut receiver, &of_another_database),
        Received::NothingNew
    );
    let other_amount = event.replace("14169", "14168");
    assert_eq!(
        receive(&mut receiver, &other_amount),
        Received::Contradiction
    );
    let signature = sign(&secret(), NOW, b"{");
    let broken = receiver.receive(&signature, b"{");
    assert!(
        matches!(broken, Err(WebhookError::NoEvent(_))),
        "{broken:?}"
    );
}

#[test]
fn a_refund_that_fails_later_is_taken_back_in_the_journal_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledgerly.db");
    let (mut receiver, _) = unknown(&path, "pm_card_visa");
    let mut repository = Repository::open(&path).unwrap();
    let mut gateway = FakeGateway::in_memory().unwrap();
    gateway.queue_webhooks();
    let charged = charge(
        &mut repository,
        &mut gateway,
        "INV-1",
        "pm_card_visa".parse().unwrap(),
        NOW,
    );
    assert!(matches!(charged.unwrap().state, ChargeState::Paid(_)));
    refund(&mut repository, &mut gateway, "INV-1", None, NOW).unwrap();
    let mut events = Vec::new();
    while let Some(delivery) = gateway.next_delivery().unwrap() {
        gateway.delivered(&delivery, true).unwrap();
        events.push(delivery.payload);
    }
    let done = events.iter().find(|event| event.contains("refund.created"));
    let failed = done
        .unwrap()
        .replace("refund.created", "refund.failed")
        .replace("\"succeeded\"", "\"failed\"");
    assert_eq!(receive(&mut receiver, done.unwrap()), Received::NothingNew);
    assert_eq!(receive(&mut receiver, &failed), Received::Recorded);
    assert_eq!(receive(&mut receiver, &failed), Received::NothingNew);
    let of_another = failed.replace("refund_id", "another_id");
    assert_eq!(receive(&mut receiver, &of_another), Received::NothingNew);
    let refunds = repository.balances().unwrap().into_iter();
    let mut refunds = refunds.filter(|balance| balance.account == "refunds");
    assert_eq!(refunds.next().unwrap().amount_minor, 0);
    assert_eq!(repository.problems().unwrap(), Vec::<String>::new());
}

#[test]
fn each_of_several_places_is_told_each_event_until_it_takes_it() {
    let mut gateway = FakeGateway::in_memory().unwrap();
    gateway.queue_webhooks_to(vec!["one".to_owned(), "other".to_owned()]);
    let request = ChargeRequest {
        attempt_id: "k-1".to_owned(),
        database_id: None,
        invoice_id: "INV-1".to_owned(),
        amount: MinorUnits::new(100, "USD".parse().unwrap()).unwrap(),
        payment_method: "pm_card_visa".parse().unwrap(),
    };
    gateway.charge(&request).unwrap();
    let told = |gateway: &mut FakeGateway, place: &str, is_taken| {
        let mut events = Vec::new();
        while let Some(delivery) = gateway.next_delivery_to(place).unwrap() {
            gateway.delivered(&delivery, is_taken).unwrap();
            events.push(delivery.payload);
        }
        events
    };
    let first = told(&mut gateway, "other", false);
    assert_eq!(first.len(), 3, "created, the charge, the decision");
    assert!(first[0].contains("\"pending_webhooks\":2"), "{}", first[0]);
    assert_eq!(told(&mut gateway, "one", true), first);
    gateway.advance_clock(1).unwrap();
    assert_eq!(told(&mut gateway, "other", true), first, "tried again");
    assert_eq!(told(&mut gateway, "one", true), Vec::<String>::new());
}

#[test]
fn the_served_gateway_tells_the_served_receiver_what_became_of_a_lost_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::copy("examples/worked.json", path.join("worked.json")).unwrap();
    fs::write(path.join("secret"), "whsec_1\n").unwrap();
    let ledgerly = |arguments: &[&str]| {
        let mut command = Command::new(LEDGERLY);
        command
            .args(arguments)
            .current_dir(path)
            .env("LEDGERLY_GATEWAY_KEY", "sk_test_1");
        command
    };
    assert!(
        ledgerly(&["invoice", "import", "worked.json"])
            .output()
            .unwrap()
            .status
            .success()
    );
    let mut receiver = Served::receiver(path, &["--webhook-secret-file", "secret"]);
    let secret = path.join("secret");
    let gateway = Served::gateway(
        path,
        &[
            "--webhook",
            &receiver.url,
            "--webhook-secret-file",
            secret.to_str().unwrap(),
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
    assert_eq!(ledgerly(&charge).output().unwrap().status.code(), Some(5));
    let told = receiver.line();
    assert!(told.starts_with("recorded evt_"), "{told}");
    let paid = ledgerly(&["invoice", "list", "--state", "paid"]);
    assert!({ paid }.output().unwrap().stdout.starts_with(b"INV-1"));
}
