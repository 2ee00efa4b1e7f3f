//! The fake gateway's payment methods: each stands for one behaviour.

use serde_json::{Value, json};

use super::faults::Fault;
use crate::suggest;

/// What charging a payment method leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// The money is taken.
    Approve,
    /// The money is taken; giving it back fails.
    ApproveRefundFails,
    /// The customer must authenticate, which nobody can who is not there.
    Authenticate,
    /// No money is taken: the error's code, and the reason.
    Decline {
        code: &'static str,
        reason: &'static str,
    },
}

/// A payment method and what it does.
#[derive(Clone, Copy, Debug)]
pub(super) struct TestMethod {
    pub(super) name: &'static str,
    pub(super) decision: Decision,
    /// What happens to the first request of a key.
    pub(super) fault: Option<Fault>,
}

/// Names are those of Stripe's test cards; only the last three are Ledgerly's own.
const METHODS: &[TestMethod] = &[
    method("pm_card_visa", Decision::Approve),
    method("pm_card_visa_debit", Decision::Approve),
    method("pm_card_mastercard", Decision::Approve),
    method("pm_card_amex", Decision::Approve),
    method("pm_card_discover", Decision::Approve),
    method("pm_card_diners", Decision::Approve),
    method("pm_card_jcb", Decision::Approve),
    method("pm_card_unionpay", Decision::Approve),
    method("pm_card_refundFail", Decision::ApproveRefundFails),
    declined("pm_card_chargeDeclined", "card_declined", "generic_decline"),
    declined(
        "pm_card_chargeDeclinedInsufficientFunds",
        "card_declined",
        "insufficient_funds",
    ),
    declined(
        "pm_card_chargeDeclinedLostCard",
        "card_declined",
        "lost_card",
    ),
    declined(
        "pm_card_chargeDeclinedStolenCard",
        "card_declined",
        "stolen_card",
    ),
    declined(
        "pm_card_chargeDeclinedExpiredCard",
        "expired_card",
        "expired_card",
    ),
    declined(
        "pm_card_chargeDeclinedIncorrectCvc",
        "incorrect_cvc",
        "incorrect_cvc",
    ),
    declined(
        "pm_card_chargeDeclinedProcessingError",
        "processing_error",
        "processing_error",
    ),
    declined(
        "pm_card_chargeDeclinedVelocityLimitExceeded",
        "card_declined",
        "card_velocity_exceeded",
    ),
    declined(
        "pm_card_chargeCustomerFail",
        "card_declined",
        "generic_decline",
    ),
    declined(
        "pm_card_chargeDeclinedFraudulent",
        "card_declined",
        "fraudulent",
    ),
    method("pm_card_authenticationRequired", Decision::Authenticate),
    method("pm_card_threeDSecure2Required", Decision::Authenticate),
    faulty("pm_card_timeoutBeforeCharge", Fault::DropBefore),
    faulty("pm_card_timeoutAfterCharge", Fault::DropAfter),
    faulty("pm_card_slowSettlement", Fault::SlowSettlement),
];

const fn method(name: &'static str, decision: Decision) -> TestMethod {
    TestMethod {
        name,
        decision,
        fault: None,
    }
}

const fn declined(name: &'static str, code: &'static str, reason: &'static str) -> TestMethod {
    method(name, Decision::Decline { code, reason })
}

const fn faulty(name: &'static str, fault: Fault) -> TestMethod {
    TestMethod {
        name,
        decision: Decision::Approve,
        fault: Some(fault),
    }
}

/// The method of this name. Takes both spellings of Stripe's documents: `pm_card_chargeDeclined` and
/// `pm_card_visa_chargeDeclined`.
pub(super) fn find(name: &str) -> Option<&'static TestMethod> {
    let named = |name: &str| METHODS.iter().find(|method| method.name == name);
    named(name).or_else(|| named(&name.replacen("pm_card_visa_", "pm_card_", 1)))
}

/// The brand of a card, in the interface's word.
pub(super) fn brand(name: &str) -> &'static str {
    let brands = [
        "mastercard",
        "amex",
        "discover",
        "diners",
        "jcb",
        "unionpay",
    ];
    let found = brands.iter().find(|brand| name.contains(*brand));
    found.copied().unwrap_or("visa")
}

/// A payment method as the interface shows it.
pub(super) fn shown(name: Option<&str>, now: i64) -> Value {
    let brand = brand(name.unwrap_or_default());
    let nobody = json!({"address": null, "email": null, "name": null, "phone": null});
    json!({
        "id": name, "object": "payment_method", "type": "card", "billing_details": nobody,
        "card": {"brand": brand}, "created": now, "customer": null, "livemode": false, "metadata": {},
    })
}

/// What to write instead of a name that is not known.
pub(super) fn remedy(name: &str) -> String {
    let names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
    suggest::remedy(name, &names)
}
