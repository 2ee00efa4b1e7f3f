//! Giving money back: at most once for each refund, never more than was paid.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::charge::send::is_remembered;
use crate::error::Error;
use crate::gateway::{GatewayError, PaymentGateway, RefundRequest, Refunded};
use crate::repository::{BegunRefund, InvoiceRepository, Refund};

/// A refund and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefundResult {
    /// The refund.
    #[serde(flatten)]
    pub refund: Refund,
    /// What became of it.
    #[serde(flatten)]
    pub state: RefundState,
}

/// What became of a refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RefundState {
    /// The money is given back.
    Refunded {
        /// The gateway's name for it.
        refund: String,
    },
    /// The gateway gives nothing back.
    Refused {
        /// Why.
        reason: String,
    },
    /// The refund is stored, but its outcome is not known. The next call finds out.
    Unknown,
}

/// Gives back `amount` of what was paid for an invoice, or all that is left. A refund whose outcome
/// is unknown is resolved, under its own key and with its own amount, before a new one is made.
pub fn refund<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &mut R,
    gateway: &mut G,
    invoice_id: &str,
    amount: Option<Decimal>,
    now: i64,
) -> Result<RefundResult, Error> {
    let refund = match repository.begin_refund(invoice_id, amount, now)? {
        BegunRefund::Send(refund) => refund,
        BegunRefund::NoSuchInvoice => return Err(Error::no_such_invoice(invoice_id)),
        BegunRefund::NotPaid => {
            return Err(Error::Usage(format!(
                "nothing was paid for invoice {invoice_id:?}, so nothing can be given back"
            )));
        }
        BegunRefund::TooMuch { left } => {
            return Err(Error::Usage(format!(
                "that is not a part of what was paid for invoice {invoice_id:?} (allowed: above zero, up to {left}, which is left of it)"
            )));
        }
    };
    let state = match resolve(gateway, &refund, now) {
        Ok(answer) => {
            repository.record_refund(&refund, &answer)?;
            match answer {
                Refunded::Done(refund) => RefundState::Refunded { refund },
                Refunded::Refused(reason) => RefundState::Refused { reason },
            }
        }
        Err(error) if error.leaves_unknown() => RefundState::Unknown,
        Err(error) => return Err(error.into()),
    };
    Ok(RefundResult { refund, state })
}

/// Sends a refund, or finds out what became of one that may have been sent before. While the gateway
/// remembers the key, sending again is safe and tells; after that it is looked up first, because the
/// gateway would take it for a new one.
pub(crate) fn resolve<G: PaymentGateway + ?Sized>(
    gateway: &mut G,
    refund: &Refund,
    now: i64,
) -> Result<Refunded, GatewayError> {
    let request = request_of(refund);
    if is_remembered(refund.begun_at, now) {
        return gateway.refund(&request);
    }
    match gateway.find_refund(&request)? {
        Some(answer) => Ok(answer),
        None => gateway.refund(&request),
    }
}

/// The request for a stored refund.
pub(crate) fn request_of(refund: &Refund) -> RefundRequest {
    RefundRequest {
        refund_id: refund.refund_id.clone(),
        payment_id: refund.payment_id.clone(),
        amount: refund.amount,
    }
}
