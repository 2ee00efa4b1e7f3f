//! Payment gateways: who takes a customer's money, and what is known afterwards.

mod fake;
mod fake_ledger;
mod minor_units;
mod payment_method;

use crate::suggest;

pub use fake::{Call, CallAnswer, FakeGateway, Operation};
pub use minor_units::MinorUnits;
pub use payment_method::PaymentMethod;

/// Takes payments. Implementations keep the first answer of each idempotency key and give it again,
/// so that a request that is sent twice charges once.
pub trait PaymentGateway {
    /// Charges once for each idempotency key.
    fn charge(&mut self, request: &ChargeRequest) -> Result<Payment, GatewayError>;

    /// What became of the request with this idempotency key; `None` when it never arrived.
    fn find(&mut self, idempotency_key: &str) -> Result<Option<Payment>, GatewayError>;
}

/// A request to charge a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeRequest {
    /// The same for every sending of the same request, never for two different ones.
    pub idempotency_key: String,
    /// What is paid.
    pub invoice_id: String,
    /// How much.
    pub amount: MinorUnits,
    /// With what.
    pub payment_method: PaymentMethod,
}

/// A request that the gateway has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The gateway's name for it.
    pub payment_id: String,
    /// What the gateway decided.
    pub outcome: Outcome,
}

/// What a gateway decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is taken.
    Approved,
    /// No money is taken.
    Declined(DeclineReason),
}

/// Why a payment was declined, in the words that gateways use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclineReason {
    /// No reason given.
    GenericDecline,
    /// Not enough money.
    InsufficientFunds,
    /// The card is reported lost.
    LostCard,
    /// The card is reported stolen.
    StolenCard,
    /// The card has expired.
    ExpiredCard,
    /// The security code is wrong.
    IncorrectCvc,
    /// The issuer had a failure.
    ProcessingError,
    /// Too much was paid with the card lately.
    CardVelocityExceeded,
    /// The customer must authenticate.
    AuthenticationRequired,
}

impl DeclineReason {
    const ALL: [Self; 9] = [
        Self::GenericDecline,
        Self::InsufficientFunds,
        Self::LostCard,
        Self::StolenCard,
        Self::ExpiredCard,
        Self::IncorrectCvc,
        Self::ProcessingError,
        Self::CardVelocityExceeded,
        Self::AuthenticationRequired,
    ];

    /// The code, such as `insufficient_funds`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::GenericDecline => "generic_decline",
            Self::InsufficientFunds => "insufficient_funds",
            Self::LostCard => "lost_card",
            Self::StolenCard => "stolen_card",
            Self::ExpiredCard => "expired_card",
            Self::IncorrectCvc => "incorrect_cvc",
            Self::ProcessingError => "processing_error",
            Self::CardVelocityExceeded => "card_velocity_exceeded",
            Self::AuthenticationRequired => "authentication_required",
        }
    }

    /// The reason of this code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// Why a gateway did not decide a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// No answer came; whether the charge was made is unknown.
    #[error("the gateway did not answer in time, so whether the charge was made is unknown")]
    TimedOut,
    /// The idempotency key was used for a different request; nothing was charged.
    #[error(
        "idempotency key {key} was used before with another invoice, amount or payment method, so the gateway charged nothing (look up that payment)"
    )]
    IdempotencyConflict {
        /// The key.
        key: String,
    },
    /// The idempotency key is not one.
    #[error("idempotency key {key:?} is not valid (allowed: 1 to 255 characters)")]
    InvalidKey {
        /// The key.
        key: String,
    },
    /// The gateway knows no such payment method.
    #[error("unknown payment method {name:?} ({})", suggest::remedy(name, &PaymentMethod::names()))]
    UnknownPaymentMethod {
        /// The name as it was given.
        name: String,
    },
    /// The amount is more than a gateway takes.
    #[error(
        "{total} cannot be charged (allowed: up to 999999999999.99 with at most 2 decimal places)"
    )]
    AmountTooLarge {
        /// The amount.
        total: rust_decimal::Decimal,
    },
    /// The gateway's own ledger failed before anything was decided.
    #[error("the gateway's ledger failed: {0}")]
    Ledger(#[from] rusqlite::Error),
    /// The gateway's own ledger is of another version or damaged.
    #[error("the gateway's ledger cannot be used: {0}")]
    LedgerVersion(#[from] rusqlite_migration::Error),
    /// A stored answer cannot be understood.
    #[error("the gateway's ledger holds {0:?}, which it cannot have written")]
    LedgerCorrupt(String),
}
