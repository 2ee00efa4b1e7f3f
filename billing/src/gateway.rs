//! Payment gateways: who takes a customer's money, and what is known afterwards.

mod api;
pub(crate) mod client;
mod fake;
mod http;
mod minor_units;
mod payment_method;
pub mod serve;
mod signature;

pub use api::{ApiReply, ApiRequest, Method, Parameters, Transport};
pub use fake::{
    Answer, Delivery, FakeGateway, Fault, Faults, RequestRecord, TrueLedger, TruePayment,
};
pub use http::{ApiKey, HttpGateway};
pub use minor_units::MinorUnits;
pub(crate) use minor_units::counted;
pub use payment_method::PaymentMethod;
pub use signature::{Secret, SignatureError, sign, verify};

/// Takes payments and gives them back. A gateway keeps its first reply of each idempotency key for a
/// day and gives it again, so that a request that is sent twice is executed once.
///
/// Every [`Transport`] is one.
pub trait PaymentGateway {
    /// Charges once for each attempt.
    fn charge(&mut self, request: &ChargeRequest) -> Result<Payment, GatewayError>;

    /// Charges several attempts one after the other, up to a failure that would meet all that follow.
    fn charge_all(&mut self, requests: &[ChargeRequest]) -> Vec<Result<Payment, GatewayError>> {
        each_until_failure(requests, |request| self.charge(request))
    }

    /// So many attempts are best charged at once.
    fn group(&self) -> usize {
        1
    }

    /// What became of an attempt, however long ago; `None` when the gateway has none.
    fn find(&mut self, request: &ChargeRequest) -> Result<Option<Payment>, GatewayError>;

    /// Gives money back, once for each refund.
    fn refund(&mut self, request: &RefundRequest) -> Result<Refunded, GatewayError>;

    /// What became of a refund, however long ago; `None` when the gateway has none.
    fn find_refund(&mut self, request: &RefundRequest) -> Result<Option<Refunded>, GatewayError>;

    /// The payments that took money, newest first, after the one named by an earlier page.
    fn payments(&mut self, after: Option<&str>) -> Result<PaymentPage, GatewayError>;
}

/// What came of each request, up to a failure that would meet all that follow.
pub(crate) fn each_until_failure<R, A>(
    requests: &[R],
    mut send: impl FnMut(&R) -> Result<A, GatewayError>,
) -> Vec<Result<A, GatewayError>> {
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        let answer = send(request);
        let is_last = matches!(&answer, Err(error) if error.meets_every_request());
        answers.push(answer);
        if is_last {
            break;
        }
    }
    answers
}

/// A request to give money back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// The refund's name, which is the idempotency key.
    pub refund_id: String,
    /// The payment, as the gateway names it.
    pub payment_id: String,
    /// How much.
    pub amount: MinorUnits,
}

/// What the gateway did about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refunded {
    /// The money is given back; the gateway's name for it.
    Done(String),
    /// Nothing is given back, for this reason.
    Refused(String),
}

/// Some of the payments that took money.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentPage {
    /// The payments, newest first.
    pub payments: Vec<TakenPayment>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<String>,
}

/// A payment that took money, as the gateway tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenPayment {
    /// The gateway's name for it.
    pub payment_id: String,
    /// The attempt, if it is one of ours.
    pub attempt_id: Option<String>,
    /// The database that asked for it, if it said so.
    pub database_id: Option<String>,
    /// What was taken, in minor units.
    pub captured: i64,
    /// What was given back, in minor units.
    pub refunded: i64,
}

/// A request to charge a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeRequest {
    /// The attempt's name, which is the idempotency key: the same for every sending of the same
    /// request, never for two different ones.
    pub attempt_id: String,
    /// The database that asks: several may share a gateway. Attempts of the first versions have none.
    pub database_id: Option<String>,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The money is taken.
    Approved,
    /// No money is taken.
    Declined(DeclineReason),
}

/// Why a payment was declined, in the gateway's word, such as `insufficient_funds`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeclineReason(String);

/// Reasons that no later attempt with the same card can overcome.
const FINAL_REASONS: &[&str] = &[
    "authentication_required",
    "expired_card",
    "fraudulent",
    "incorrect_cvc",
    "incorrect_number",
    "invalid_account",
    "lost_card",
    "pickup_card",
    "resource_missing",
    "restricted_card",
    "stolen_card",
    "transaction_not_allowed",
];

impl DeclineReason {
    /// The reason of this code.
    #[must_use]
    pub fn of_code(code: impl Into<String>) -> Self {
        Self(code.into())
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.0
    }

    /// Whether trying the same card again is useless.
    #[must_use]
    pub fn is_final(&self) -> bool {
        FINAL_REASONS.contains(&self.code())
    }
}

/// Why a gateway did not decide a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatewayError {
    /// No answer came; whether the request was executed is unknown.
    #[error("the gateway did not answer in time, so whether the charge was made is unknown")]
    TimedOut,
    /// The gateway has the request and has not decided it yet, or failed while deciding.
    #[error("the gateway has not decided: {0}")]
    Undecided(String),
    /// The request was certainly not executed.
    #[error("the gateway cannot be reached: {0}")]
    Unreachable(String),
    /// The gateway did not accept the API key.
    #[error(
        "the gateway does not accept the API key: {0} (give the right one in LEDGERLY_GATEWAY_KEY or --gateway-key-file)"
    )]
    Unauthorized(String),
    /// The idempotency key was used for a different request; nothing was charged.
    #[error(
        "idempotency key {key} was used before with another invoice, amount or payment method, or by another database, so the gateway charged nothing (look up that payment; ledgerly db adopt continues a database that was lost)"
    )]
    IdempotencyConflict {
        /// The key.
        key: String,
    },
    /// The gateway found the request wrong and did nothing.
    #[error("the gateway refused the request: {message} ({code})")]
    Refused {
        /// The gateway's code.
        code: String,
        /// What it says.
        message: String,
    },
    /// The gateway says what cannot be.
    #[error("the gateway's reply cannot be understood: {0}")]
    BadReply(String),
    /// The fake gateway knows no such payment method.
    #[error("unknown payment method {name:?} ({remedy})")]
    UnknownPaymentMethod {
        /// The name as it was given.
        name: String,
        /// What to write instead.
        remedy: String,
    },
    /// The name of a payment method is none; it is not repeated, because it may be a card number.
    #[error(
        "the payment method ({characters} characters) is not a gateway's name for one, such as pm_card_visa (allowed: letters, digits and _, not digits alone; never a card number)"
    )]
    InvalidPaymentMethod {
        /// How long it is.
        characters: usize,
    },
    /// The gateway's address is none.
    #[error(
        "{url:?} is not a gateway's address ({problem}; allowed: https://HOST, or http:// on this machine alone)"
    )]
    InvalidUrl {
        /// The address as it was given.
        url: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The API key is none; it is never shown.
    #[error("the gateway's API key is {0} (allowed: one line of visible ASCII characters)")]
    InvalidApiKey(&'static str),
    /// The amount is not one that a gateway takes.
    #[error(
        "{amount} {currency} cannot be charged (allowed: above zero, up to 99999999999999 minor units, with no more decimal places than the currency has)"
    )]
    NotChargeable {
        /// The amount.
        amount: rust_decimal::Decimal,
        /// Its currency.
        currency: pricing::Currency,
    },
    /// The fake gateway's own ledger failed before anything was decided.
    #[error("the gateway's ledger failed: {0}")]
    Ledger(#[from] rusqlite::Error),
    /// The fake gateway's own ledger is of another version or damaged.
    #[error("the gateway's ledger cannot be used: {0}")]
    LedgerVersion(#[from] rusqlite_migration::Error),
    /// Something stored cannot be understood.
    #[error("the gateway's ledger holds {0:?}, which it cannot have written")]
    LedgerCorrupt(String),
}

impl GatewayError {
    /// Whether the request may have been executed, so that only asking again can tell.
    #[must_use]
    pub fn leaves_unknown(&self) -> bool {
        matches!(self, Self::TimedOut | Self::Undecided(_))
    }

    /// Whether the next request would fail the same way.
    #[must_use]
    pub fn meets_every_request(&self) -> bool {
        matches!(
            self,
            Self::Unreachable(_)
                | Self::Unauthorized(_)
                | Self::Ledger(_)
                | Self::LedgerVersion(_)
                | Self::LedgerCorrupt(_)
        )
    }
}
