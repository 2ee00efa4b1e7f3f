//! A gateway in this process, without a network, that behaves like a real one: it remembers what it
//! decided for each idempotency key, also between two runs, and can lose its answer.

use std::path::Path;

use rusqlite::Connection;

use super::payment_method::Fault;
use super::{ChargeRequest, GatewayError, Payment, PaymentGateway, fake_ledger};

/// The longest idempotency key, as with Stripe.
const KEY_CHARS_MAX: usize = 255;

/// The fake gateway. What a request leads to follows from its payment method alone.
#[derive(Debug)]
pub struct FakeGateway {
    ledger: Connection,
}

/// A call that the fake gateway had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What was asked.
    pub operation: Operation,
    /// Under which key.
    pub idempotency_key: String,
    /// How it was answered.
    pub answer: CallAnswer,
}

/// What a gateway can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// To charge.
    Charge,
    /// To look a request up.
    Find,
}

/// How a call was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallAnswer {
    /// The request was decided now.
    Decided,
    /// The first decision under the same key was given again.
    Replayed,
    /// There is no such request.
    NotFound,
    /// The key belongs to another request.
    Conflict,
    /// The request was lost before it was decided.
    LostBefore,
    /// The request was decided, and the answer lost.
    LostAfter,
}

impl FakeGateway {
    /// A gateway that forgets when it is dropped.
    pub fn in_memory() -> Result<Self, GatewayError> {
        let ledger = fake_ledger::open(None)?;
        Ok(Self { ledger })
    }

    /// A gateway whose ledger is the file at `path`, made when it is missing.
    pub fn open(path: &Path) -> Result<Self, GatewayError> {
        let ledger = fake_ledger::open(Some(path))?;
        Ok(Self { ledger })
    }

    /// The calls so far, in their order.
    pub fn calls(&self) -> Result<Vec<Call>, GatewayError> {
        fake_ledger::calls(&self.ledger)
    }
}

impl PaymentGateway for FakeGateway {
    fn charge(&mut self, request: &ChargeRequest) -> Result<Payment, GatewayError> {
        let key = &request.idempotency_key;
        if key.is_empty() || key.chars().count() > KEY_CHARS_MAX {
            return Err(GatewayError::InvalidKey { key: key.clone() });
        }
        let ledger = fake_ledger::begin(&mut self.ledger)?;
        let is_first = fake_ledger::charge_calls(&ledger, key)? == 0;
        let fault = if is_first {
            request.payment_method.fault()
        } else {
            Fault::None
        };
        let (answer, result) = match fake_ledger::decided(&ledger, key, Some(request)) {
            Ok(Some(payment)) => (CallAnswer::Replayed, Ok(payment)),
            Err(conflict @ GatewayError::IdempotencyConflict { .. }) => {
                (CallAnswer::Conflict, Err(conflict))
            }
            Err(failure) => return Err(failure),
            Ok(None) if fault == Fault::LostBefore => {
                (CallAnswer::LostBefore, Err(GatewayError::TimedOut))
            }
            Ok(None) => {
                let outcome = request.payment_method.decision();
                let payment = fake_ledger::decide(&ledger, request, outcome)?;
                match fault {
                    Fault::LostAfter => (CallAnswer::LostAfter, Err(GatewayError::TimedOut)),
                    _ => (CallAnswer::Decided, Ok(payment)),
                }
            }
        };
        fake_ledger::note(&ledger, &Call::new(Operation::Charge, key, answer))?;
        ledger.commit()?;
        result
    }

    fn find(&mut self, idempotency_key: &str) -> Result<Option<Payment>, GatewayError> {
        let ledger = fake_ledger::begin(&mut self.ledger)?;
        let payment = fake_ledger::decided(&ledger, idempotency_key, None)?;
        let answer = match payment {
            Some(_) => CallAnswer::Replayed,
            None => CallAnswer::NotFound,
        };
        fake_ledger::note(
            &ledger,
            &Call::new(Operation::Find, idempotency_key, answer),
        )?;
        ledger.commit()?;
        Ok(payment)
    }
}

impl Call {
    fn new(operation: Operation, idempotency_key: &str, answer: CallAnswer) -> Self {
        Self {
            operation,
            idempotency_key: idempotency_key.to_owned(),
            answer,
        }
    }
}

impl Operation {
    /// The code in the ledger.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Find => "find",
        }
    }

    pub(super) fn of_code(code: &str) -> Option<Self> {
        [Self::Charge, Self::Find]
            .into_iter()
            .find(|operation| operation.code() == code)
    }
}

impl CallAnswer {
    const ALL: [Self; 6] = [
        Self::Decided,
        Self::Replayed,
        Self::NotFound,
        Self::Conflict,
        Self::LostBefore,
        Self::LostAfter,
    ];

    /// The code in the ledger.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Replayed => "replayed",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::LostBefore => "lost_before",
            Self::LostAfter => "lost_after",
        }
    }

    pub(super) fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.code() == code)
    }
}
