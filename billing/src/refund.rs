//! Giving money back: at most once for each refund, never more than was paid.

use rust_decimal::Decimal;
use serde::Serialize;

use crate::error::Error;
use crate::gateway::{PaymentGateway, Refunded};
use crate::repository::{BegunRefund, InvoiceRepository, Refund};
use crate::run::request_of;

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
/// is unknown is sent again, under its own key and with its own amount, before a new one is made.
pub fn refund<R: InvoiceRepository + ?Sized, G: PaymentGateway + ?Sized>(
    repository: &mut R,
    gateway: &mut G,
    invoice_id: &str,
    amount: Option<Decimal>,
) -> Result<RefundResult, Error> {
    let refund = match repository.begin_refund(invoice_id, amount)? {
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
    let state = match gateway.refund(&request_of(&refund)) {
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
