//! Charging: paid, declined for a reason, or never sent.

use billing::ChargeState;
use billing::gateway::{Answer, Outcome};
use billing::repository::{InvoiceRepository, InvoiceState};

use super::shop::{Shop, dollars, post};

#[test]
fn an_approved_charge_makes_the_invoice_paid() {
    let mut shop = Shop::with_worked_invoice();
    assert_eq!(shop.state(), InvoiceState::Issued);
    let charge = shop.charge("pm_card_visa");
    assert!(matches!(charge.state, ChargeState::Paid(_)));
    let stored = shop.repository.find("INV-1").unwrap().unwrap();
    assert_eq!(stored.state, InvoiceState::Paid);
    assert_eq!(stored.attempts.len(), 1);
    assert_eq!(stored.attempts[0].amount, dollars(14169));
    assert_eq!(stored.attempts[0].payment_id.as_deref(), Some("pi_1"));
}

#[test]
fn charging_a_paid_invoice_again_sends_nothing() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_visa");
    let again = shop.charge("pm_card_visa");
    assert_eq!(again.state, ChargeState::AlreadyPaid);
    assert_eq!(shop.answers(), [post(Answer::Executed)]);
}

#[test]
fn each_declining_method_is_declined_for_its_reason() {
    for (method, reason) in [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_chargeCustomerFail", "generic_decline"),
        (
            "pm_card_chargeDeclinedInsufficientFunds",
            "insufficient_funds",
        ),
        (
            "pm_card_visa_chargeDeclinedInsufficientFunds",
            "insufficient_funds",
        ),
        ("pm_card_chargeDeclinedLostCard", "lost_card"),
        ("pm_card_chargeDeclinedStolenCard", "stolen_card"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error"),
        (
            "pm_card_chargeDeclinedVelocityLimitExceeded",
            "card_velocity_exceeded",
        ),
        ("pm_card_authenticationRequired", "authentication_required"),
    ] {
        let mut shop = Shop::with_worked_invoice();
        let charge = shop.charge(method);
        let ChargeState::Declined(payment) = charge.state else {
            panic!("{method}: {:?}", charge.state);
        };
        let Outcome::Declined(declined) = payment.outcome else {
            panic!("{method}: {:?}", payment.outcome);
        };
        assert_eq!(declined.code(), reason, "{method}");
        let stored = shop.repository.find("INV-1").unwrap().unwrap();
        assert_eq!(stored.state, InvoiceState::Declined, "{method}");
        assert_eq!(
            stored.attempts[0].decline_reason.as_deref(),
            Some(reason),
            "{method}"
        );
    }
}

#[test]
fn after_a_decline_another_method_is_tried_under_a_new_key() {
    let mut shop = Shop::with_worked_invoice();
    shop.charge("pm_card_chargeDeclined");
    let second = shop.charge("pm_card_visa");
    assert!(matches!(second.state, ChargeState::Paid(_)));
    let attempts = shop.repository.find("INV-1").unwrap().unwrap().attempts;
    assert_eq!(attempts.len(), 2);
    assert_ne!(attempts[0].attempt_id, attempts[1].attempt_id);
}
