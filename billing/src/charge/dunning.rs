//! Dunning: when a declined invoice is charged again by itself.

use crate::gateway::{Outcome, Payment};
use crate::repository::{Attempt, Decision};

/// The days after each declined attempt before the next; after the last of them nobody tries again
/// unless asked.
pub const RETRY_AFTER_DAYS: [u32; 3] = [3, 5, 7];

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// The decision on an attempt that was made at `now`, with the time of the next attempt.
///
/// Some reasons are final: a lost card stays lost, so only another payment method can help.
#[must_use]
pub fn decision(attempt: Attempt, payment: Payment, now: i64) -> Decision {
    let retry_at = match &payment.outcome {
        Outcome::Declined(reason) if !reason.is_final() => {
            let made = usize::try_from(attempt.number).unwrap_or(usize::MAX);
            let days = RETRY_AFTER_DAYS.get(made.saturating_sub(1));
            days.map(|days| now.saturating_add(i64::from(*days) * DAY_SECONDS))
        }
        _ => None,
    };
    Decision {
        attempt,
        payment,
        retry_at,
    }
}
