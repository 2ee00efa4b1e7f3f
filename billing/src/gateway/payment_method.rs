//! The fake gateway's payment methods: each stands for one behaviour.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::{DeclineReason, GatewayError, Outcome};

/// When the fake gateway's answer gets lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The answer arrives.
    None,
    /// The first request is lost before anything is charged.
    LostBefore,
    /// The first request is decided, but its answer is lost.
    LostAfter,
}

/// The methods: name, what is decided, what is lost. Names are those of Stripe's test cards;
/// only the two timeouts are Ledgerly's own.
const METHODS: &[(&str, Outcome, Fault)] = &[
    ("pm_card_visa", Outcome::Approved, Fault::None),
    ("pm_card_refundFail", Outcome::Approved, Fault::None),
    declined("pm_card_chargeDeclined", DeclineReason::GenericDecline),
    declined(
        "pm_card_chargeDeclinedInsufficientFunds",
        DeclineReason::InsufficientFunds,
    ),
    declined("pm_card_chargeDeclinedLostCard", DeclineReason::LostCard),
    declined(
        "pm_card_chargeDeclinedStolenCard",
        DeclineReason::StolenCard,
    ),
    declined(
        "pm_card_chargeDeclinedExpiredCard",
        DeclineReason::ExpiredCard,
    ),
    declined(
        "pm_card_chargeDeclinedIncorrectCvc",
        DeclineReason::IncorrectCvc,
    ),
    declined(
        "pm_card_chargeDeclinedProcessingError",
        DeclineReason::ProcessingError,
    ),
    declined(
        "pm_card_chargeDeclinedVelocityLimitExceeded",
        DeclineReason::CardVelocityExceeded,
    ),
    declined("pm_card_chargeCustomerFail", DeclineReason::GenericDecline),
    declined(
        "pm_card_authenticationRequired",
        DeclineReason::AuthenticationRequired,
    ),
    (
        "pm_card_timeoutBeforeCharge",
        Outcome::Approved,
        Fault::LostBefore,
    ),
    (
        "pm_card_timeoutAfterCharge",
        Outcome::Approved,
        Fault::LostAfter,
    ),
];

const fn declined(name: &'static str, reason: DeclineReason) -> (&'static str, Outcome, Fault) {
    (name, Outcome::Declined(reason), Fault::None)
}

/// With what an invoice is paid: one of the gateway's test methods, such as `pm_card_visa`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentMethod(usize);

impl PaymentMethod {
    /// The names of all methods.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        METHODS.iter().map(|(name, ..)| *name).collect()
    }

    pub(super) fn decision(self) -> Outcome {
        METHODS[self.0].1
    }

    pub(super) fn fault(self) -> Fault {
        METHODS[self.0].2
    }
}

impl FromStr for PaymentMethod {
    type Err = GatewayError;

    /// Takes both spellings of Stripe's documents: `pm_card_chargeDeclined` and
    /// `pm_card_visa_chargeDeclined`.
    fn from_str(name: &str) -> Result<Self, GatewayError> {
        let short = name.replacen("pm_card_visa_", "pm_card_", 1);
        let position = METHODS.iter().position(|(known, ..)| *known == short);
        position
            .map(Self)
            .ok_or_else(|| GatewayError::UnknownPaymentMethod {
                name: name.to_owned(),
            })
    }
}

impl fmt::Display for PaymentMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(METHODS[self.0].0)
    }
}

impl Serialize for PaymentMethod {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
