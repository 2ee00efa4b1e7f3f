//! The gateway's own promise: one key, one execution.

use billing::gateway::{Answer, FakeGateway, GatewayError, PaymentGateway, PaymentMethod};

use super::shop::{answers, post, request};

#[test]
fn the_same_key_is_answered_the_same_and_charges_once() {
    let mut gateway = FakeGateway::in_memory().unwrap();
    let request = request("key", 100, "pm_card_visa");
    let first = gateway.charge(&request).unwrap();
    assert_eq!(gateway.charge(&request).unwrap(), first);
    assert_eq!(
        answers(&gateway),
        [post(Answer::Executed), post(Answer::Replayed)]
    );
    assert_eq!(gateway.true_ledger().unwrap().captured, 100);
}

#[test]
fn the_same_key_with_other_parameters_is_a_conflict_and_charges_nothing() {
    let mut gateway = FakeGateway::in_memory().unwrap();
    gateway
        .charge(&request("key", 100, "pm_card_visa"))
        .unwrap();
    let mut other_invoice = request("key", 100, "pm_card_visa");
    other_invoice.invoice_id = "INV-2".to_owned();
    for other in [
        request("key", 101, "pm_card_visa"),
        request("key", 100, "pm_card_refundFail"),
        other_invoice,
    ] {
        let refused = gateway.charge(&other);
        assert!(
            matches!(refused, Err(GatewayError::IdempotencyConflict { .. })),
            "{refused:?}"
        );
    }
    let conflict = post(Answer::Conflict);
    assert_eq!(
        answers(&gateway),
        [
            post(Answer::Executed),
            conflict.clone(),
            conflict.clone(),
            conflict
        ]
    );
    assert_eq!(gateway.true_ledger().unwrap().captured, 100);
}

#[test]
fn a_key_that_is_empty_or_too_long_is_refused() {
    let mut gateway = FakeGateway::in_memory().unwrap();
    for key in ["", &"k".repeat(256)] {
        let refused = gateway.charge(&request(key, 100, "pm_card_visa"));
        assert!(matches!(
            refused,
            Err(GatewayError::IdempotencyConflict { .. })
        ));
    }
    assert!(
        gateway
            .charge(&request(&"k".repeat(255), 100, "pm_card_visa"))
            .is_ok()
    );
}

#[test]
fn the_gateway_remembers_its_decisions_between_two_processes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.db");
    let request = request("key", 100, "pm_card_timeoutAfterCharge");
    let first = FakeGateway::open(&path).unwrap().charge(&request);
    assert!(matches!(first, Err(GatewayError::TimedOut)));
    let mut reopened = FakeGateway::open(&path).unwrap();
    let found = reopened.find(&request).unwrap().unwrap();
    assert_eq!(reopened.charge(&request).unwrap(), found);
    let mut another = request.clone();
    another.attempt_id = "another key".to_owned();
    assert_eq!(reopened.find(&another).unwrap(), None);
    let mut of_another = request;
    of_another.database_id = Some("another shop".to_owned());
    let conflict = reopened.find(&of_another);
    assert!(
        matches!(conflict, Err(GatewayError::IdempotencyConflict { .. })),
        "{conflict:?}"
    );
}

#[test]
fn an_unknown_payment_method_names_the_one_that_was_meant() {
    let remedy = FakeGateway::method_remedy("pm_card_vissa").unwrap();
    assert!(
        remedy.starts_with("did you mean \"pm_card_visa\"?"),
        "{remedy}"
    );
    assert_eq!(FakeGateway::method_remedy("pm_card_visa"), None);
}

#[test]
fn a_card_number_is_no_payment_method_and_is_not_repeated() {
    let error = "4242424242424242".parse::<PaymentMethod>().unwrap_err();
    assert!(!error.to_string().contains("4242"), "{error}");
}
