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
    decided(gateway.charge(&request_of(attempt)))
}

/// Sends new attempts, up to a failure that would meet all that follow.
pub(crate) fn send_all<G: PaymentGateway + ?Sized>(
    gateway: &mut G,
    attempts: &[Attempt],
) -> Vec<Result<Payment, GatewayError>> {
    let requests: Vec<_> = attempts.iter().map(request_of).collect();
    let answers = gateway.charge_all(&requests).into_iter();
    answers.map(decided).collect()
}

fn decided(answer: Result<Payment, GatewayError>) -> Result<Payment, GatewayError> {
    match answer {
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
    if is_remembered(attempt.begun_at, now) {
        return send(gateway, attempt);
    }
    match gateway.find(&request_of(attempt))? {
        Some(payment) => Ok(payment),
        None => send(gateway, attempt),
    }
}

/// Whether the gateway certainly still knows the key of a request that was first sent at `begun_at`
/// or later.
pub(crate) fn is_remembered(begun_at: i64, now: i64) -> bool {
    (0..KEY_SECONDS).contains(&now.saturating_sub(begun_at))
}

fn request_of(attempt: &Attempt) -> ChargeRequest {
    ChargeRequest {
        attempt_id: attempt.attempt_id.clone(),
        database_id: attempt.database_id.clone(),
        invoice_id: attempt.invoice_id.clone(),
        amount: attempt.amount,
        payment_method: attempt.payment_method.clone(),
    }
}
