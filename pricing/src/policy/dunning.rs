//! Dunning: when a declined invoice is charged again by itself. It changes no price.

use serde::{Deserialize, Serialize};

use super::{PolicyError, PolicyProblem};

/// The days after each declined attempt before the next, where a policy does not say otherwise; after
/// the last of them nobody tries again unless asked.
pub const RETRY_AFTER_DAYS: &[u32] = &[3, 5, 7];

/// Longer than this nobody waits for a next attempt.
pub const RETRY_AFTER_DAYS_MAX: u32 = 365;

/// When a declined invoice is charged again by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dunning {
    /// The days after each declined attempt before the next; none: never by itself.
    pub retry_after_days: Vec<u32>,
}

impl Default for Dunning {
    fn default() -> Self {
        Self {
            retry_after_days: RETRY_AFTER_DAYS.to_vec(),
        }
    }
}

impl Dunning {
    /// The days from the declined attempt of this number, from 1, to the next.
    #[must_use]
    pub fn days_after(&self, attempt: u32) -> Option<u32> {
        let place = usize::try_from(attempt).ok()?.checked_sub(1)?;
        self.retry_after_days.get(place).copied()
    }

    pub(super) fn is_standard(&self) -> bool {
        self.retry_after_days == RETRY_AFTER_DAYS
    }

    pub(super) fn checked(self) -> Result<Self, PolicyError> {
        for (place, days) in self.retry_after_days.iter().enumerate() {
            if !(1..=RETRY_AFTER_DAYS_MAX).contains(days) {
                let field = format!("dunning.retry_after_days[{place}]");
                return Err(PolicyError::at(field, PolicyProblem::RetryDays(*days)));
            }
        }
        Ok(self)
    }
}
