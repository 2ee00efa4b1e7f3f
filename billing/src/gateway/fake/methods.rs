//! The fake gateway's payment methods: each stands for one behaviour.

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
    method("pm_card_mastercard", Decision::Approve),
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
    method("pm_card_authenticationRequired", Decision::Authenticate),
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
    let short = name.replacen("pm_card_visa_", "pm_card_", 1);
    METHODS.iter().find(|method| method.name == short)
}

/// What to write instead of a name that is not known.
pub(super) fn remedy(name: &str) -> String {
    let names: Vec<_> = METHODS.iter().map(|method| method.name).collect();
    suggest::remedy(name, &names)
}
