//! Lost requests and lost answers: found out under their own keys, never charged again.

use billing::gateway::{Answer, PaymentGateway};
use billing::repository::InvoiceState;
use billing::{ChargeState, charge};

use super::shop::{DAY, NOW, Shop, post, request};

#[test]
fn a_lost_answer_is_looked_up_under_the_same_key_and_charged_once() {
    let mut shop = Shop::with_worked_invoice();
    let first = shop.charge("pm_card_timeoutAfterCharge");
    assert_eq!(first.state, ChargeState::Unknown);
    assert_eq!(shop.state(), InvoiceState::Unknown);
    let second = shop.charge("pm_card_visa");
    assert!(matches!(second.state, ChargeState::Paid(_)));
    assert_eq!(
        first.attempt, second.attempt,
        "the same attempt, under its own key"
    );
    assert_eq!(
        shop.answers(),
        [post(Answer::LostAfter), post(Answer::Replayed)]
    );
}

#[test]
fn a_lost_request_is_sent_again_under_the_same_key() {
    let mut shop = Shop::with_worked_invoice();
    assert_eq!(
        shop.charge("pm_card_timeoutBeforeCharge").state,
        ChargeState::Unknown
    );
    assert!(matches!(
        shop.charge("pm_card_visa").state,
        ChargeState::Paid(_)
    ));
    assert_eq!(
        shop.answers(),
        [post(Answer::LostBefore), post(Answer::Executed)]
    );
    let requests = shop.gateway.requests().unwrap().into_iter();
    let keys = requests.filter_map(|request| request.idempotency_key);
    assert_eq!(keys.collect::<std::collections::BTreeSet<_>>().len(), 1);
}

#[test]
fn an_attempt_that_was_stored_but_never_sent_is_sent_under_its_own_key() {
    let mut shop = Shop::with_worked_invoice();
    let stored = shop.begin();
    assert_eq!(shop.state(), InvoiceState::Unknown);
    let charge = shop.charge("pm_card_chargeDeclined");
    assert!(
        matches!(charge.state, ChargeState::Paid(_)),
        "with the first attempt's method"
    );
    assert_eq!(charge.attempt.unwrap().attempt_id, stored.attempt_id);
}

#[test]
fn a_decision_that_was_made_but_not_recorded_is_found_again() {
    let mut shop = Shop::with_worked_invoice();
    let attempt = shop.begin();
    // A process that charges and dies before it records the answer.
    let mut request = request(&attempt.attempt_id, 14169, "pm_card_visa");
    request.database_id.clone_from(&attempt.database_id);
    let payment = shop.gateway.charge(&request).unwrap();
    assert_eq!(
        shop.charge("pm_card_visa").state,
        ChargeState::Paid(payment)
    );
}

#[test]
fn once_the_gateway_has_forgotten_the_key_an_open_attempt_is_looked_up_first() {
    for (method, sent_again) in [
        ("pm_card_timeoutAfterCharge", 0),
        ("pm_card_timeoutBeforeCharge", 1),
    ] {
        let mut shop = Shop::with_worked_invoice();
        assert_eq!(shop.charge(method).state, ChargeState::Unknown);
        shop.gateway.advance_clock(DAY).unwrap();
        let later = NOW + i64::from(DAY);
        let other = "pm_card_chargeDeclined".parse().unwrap();
        let charged = charge(
            &mut shop.repository,
            &mut shop.gateway,
            "INV-1",
            other,
            later,
        );
        assert!(
            matches!(charged.unwrap().state, ChargeState::Paid(_)),
            "{method}"
        );
        let posts = shop
            .answers()
            .into_iter()
            .filter(|(verb, _)| verb == "POST")
            .count();
        assert_eq!(posts, 1 + sent_again, "{method}");
        assert_eq!(
            shop.gateway.true_ledger().unwrap().captured,
            14169,
            "{method}"
        );
    }
}

#[test]
fn a_slow_settlement_is_unknown_until_it_is_done() {
    let mut shop = Shop::with_worked_invoice();
    assert_eq!(
        shop.charge("pm_card_slowSettlement").state,
        ChargeState::Unknown
    );
    assert_eq!(shop.charge("pm_card_visa").state, ChargeState::Unknown);
    shop.gateway.advance_clock(60).unwrap();
    assert!(matches!(
        shop.charge("pm_card_visa").state,
        ChargeState::Paid(_)
    ));
    assert_eq!(shop.gateway.true_ledger().unwrap().payments.len(), 1);
}
