//! Dunning: when a declined invoice is charged again by itself.

use pricing::policy::Dunning;

use crate::gateway::Outcome;
use crate::repository::Decision;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// When the invoice is charged again by itself, if ever.
///
/// Some reasons are final: a lost card stays lost, so only another payment method can help.
pub(crate) fn retry_at(dunning: &Dunning, decision: &Decision) -> Option<i64> {
    match &decision.payment.outcome {
        Outcome::Declined(reason) if !reason.is_final() => {
            let days = dunning.days_after(decision.attempt.number)?;
            Some(
                decision
                    .known_at
                    .saturating_add(i64::from(days) * DAY_SECONDS),
            )
        }
        _ => None,
    }
}
