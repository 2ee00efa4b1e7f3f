//! Charging an invoice: at most once, whatever fails on the way.

pub(crate) mod dunning;
pub(crate) mod send;

use crate::error::Error;
use crate::gateway::{GatewayError, Outcome, Payment, PaymentGateway, PaymentMethod};
use crate::repository::{Attempt, Begun, Decision, InvoiceRepository, WantedCharge};

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

/// Charges an invoice with `payment_method` at `now`, in seconds since 1970.
///
/// The attempt is stored before it is sent, and its identifier is the idempotency key. An attempt
/// whose outcome is unknown is resolved under its own key and with its own payment method; a new key
/// is made only after a decline.
pub fn charge<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &mut R,
    gateway: &mut G,
    invoice_id: &str,
    payment_method: PaymentMethod,
    now: i64,
) -> Result<Charge, Error> {
    let wanted = WantedCharge {
        invoice_id: invoice_id.to_owned(),
        payment_method,
    };
    let ended = |state, attempt| Ok(Charge { state, attempt });
    let begun = repository.begin_attempts(&[wanted], now)?.pop();
    match begun.unwrap_or(Begun::NoSuchInvoice) {
        Begun::NoSuchInvoice => Err(Error::no_such_invoice(invoice_id)),
        Begun::AlreadyPaid(attempt) => ended(ChargeState::AlreadyPaid, attempt),
        Begun::NothingDue => ended(ChargeState::NothingDue, None),
        Begun::NotChargeable { amount, currency } => {
            Err(GatewayError::NotChargeable { amount, currency }.into())
        }
        Begun::New(attempt) => {
            let answer = send::send(gateway, &attempt);
            recorded(repository, attempt, answer, now)
        }
        Begun::Open(attempt) => {
            let answer = send::resolve(gateway, &attempt, now);
            recorded(repository, attempt, answer, now)
        }
    }
}

fn recorded<R: InvoiceRepository + ?Sized>(
    repository: &mut R,
    attempt: Attempt,
    answer: Result<Payment, GatewayError>,
    now: i64,
) -> Result<Charge, Error> {
    let state = match answer {
        Ok(payment) => {
            repository.record(&[Decision {
                attempt: attempt.clone(),
                payment: payment.clone(),
                known_at: now,
            }])?;
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
