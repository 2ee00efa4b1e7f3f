//! Charging an invoice: at most once, whatever fails on the way.

use crate::error::Error;
use crate::gateway::{
    ChargeRequest, GatewayError, Outcome, Payment, PaymentGateway, PaymentMethod,
};
use crate::repository::{Attempt, Begun, InvoiceRepository};

/// What charging an invoice led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Where the invoice stands now.
    pub state: ChargeState,
    /// The attempt that led there; `None` when none was needed.
    pub attempt: Option<Attempt>,
}

/// Where an invoice stands after charging it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeState {
    /// Paid now.
    Paid(Payment),
    /// Paid before; nothing was sent.
    AlreadyPaid,
    /// Nothing was to be paid, so nothing was sent.
    NothingDue,
    /// Declined.
    Declined(Payment),
    /// The attempt is stored, but its outcome is not known. The next call finds out.
    Unknown,
}

/// Charges an invoice with `payment_method`.
///
/// The attempt is stored before it is sent, and its identifier is the idempotency key. An attempt
/// whose outcome is unknown is looked up, and if it never arrived sent again, under its own key and
/// with its own payment method; a new key is made only after a decline.
pub fn charge(
    repository: &mut impl InvoiceRepository,
    gateway: &mut (impl PaymentGateway + ?Sized),
    invoice_id: &str,
    payment_method: PaymentMethod,
) -> Result<Charge, Error> {
    match repository.begin_attempt(invoice_id, payment_method)? {
        Begun::NoSuchInvoice => Err(Error::Usage(format!(
            "there is no invoice {invoice_id:?} in the database (see them with ledgerly invoice list)"
        ))),
        Begun::AlreadyPaid(attempt) => Ok(Charge {
            state: ChargeState::AlreadyPaid,
            attempt,
        }),
        Begun::NothingDue => Ok(Charge {
            state: ChargeState::NothingDue,
            attempt: None,
        }),
        Begun::New(attempt) => {
            let answer = gateway.charge(&request_of(&attempt));
            recorded(repository, attempt, answer)
        }
        Begun::Open(attempt) => {
            let answer = match gateway.find(&attempt.attempt_id) {
                Ok(Some(payment)) => Ok(payment),
                Ok(None) => gateway.charge(&request_of(&attempt)),
                Err(error) => Err(error),
            };
            recorded(repository, attempt, answer)
        }
    }
}

fn request_of(attempt: &Attempt) -> ChargeRequest {
    ChargeRequest {
        attempt_id: attempt.attempt_id.clone(),
        invoice_id: attempt.invoice_id.clone(),
        amount: attempt.amount,
        payment_method: attempt.payment_method.clone(),
    }
}

fn recorded(
    repository: &mut impl InvoiceRepository,
    attempt: Attempt,
    answer: Result<Payment, GatewayError>,
) -> Result<Charge, Error> {
    let state = match answer {
        Ok(payment) => {
            repository.record(&attempt, &payment)?;
            match payment.outcome {
                Outcome::Approved => ChargeState::Paid(payment),
                Outcome::Declined(_) => ChargeState::Declined(payment),
            }
        }
        Err(error) if error.leaves_unknown() => ChargeState::Unknown,
        Err(error) => return Err(error.into()),
    };
    Ok(Charge {
        state,
        attempt: Some(attempt),
    })
}
