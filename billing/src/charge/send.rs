//! Sending an attempt: always under its own key, so that it is executed at most once.

use crate::gateway::{
    ChargeRequest, DeclineReason, GatewayError, Outcome, Payment, PaymentGateway,
};
use crate::repository::Attempt;

/// A gateway keeps its replies under their keys for 24 hours; an hour is left for clocks that differ.
const KEY_SECONDS: i64 = 23 * 60 * 60;

/// What a refused request counts as; the gateway gave it no name.
const NO_PAYMENT: &str = "none";

/// Sends a new attempt.
pub(crate) fn send<G: PaymentGateway + ?Sized>(
    gateway: &mut G,
    attempt: &Attempt,
) -> Result<Payment, GatewayError> {
    let request = ChargeRequest {
        attempt_id: attempt.attempt_id.clone(),
        invoice_id: attempt.invoice_id.clone(),
        amount: attempt.amount,
        payment_method: attempt.payment_method.clone(),
    };
    match gateway.charge(&request) {
        // The gateway did nothing and never will: a decline by another name.
        Err(GatewayError::Refused { code, .. }) => Ok(Payment {
            payment_id: NO_PAYMENT.to_owned(),
            outcome: Outcome::Declined(DeclineReason::of_code(code)),
        }),
        answer => answer,
    }
}

/// Finds out what became of an attempt that may have been sent before, and sends it if it never
/// arrived. While the gateway remembers the key, sending again is safe and tells; after that it is
/// looked up first.
pub(crate) fn resolve<G: PaymentGateway + ?Sized>(
    gateway: &mut G,
    attempt: &Attempt,
    now: i64,
) -> Result<Payment, GatewayError> {
    let age = now.saturating_sub(attempt.begun_at);
    if (0..KEY_SECONDS).contains(&age) {
        return send(gateway, attempt);
    }
    match gateway.find(&attempt.attempt_id)? {
        Some(payment) => Ok(payment),
        None => send(gateway, attempt),
    }
}
