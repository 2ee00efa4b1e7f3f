//! The late fee: its rate on the amount after tax, once an invoice is more than the threshold overdue.
//!
//! | after tax | days overdue | fee at 5 % past 30 days |
//! |---|---|---|
//! | 100 | 10 | 0 |
//! | 100 | 30 | 0 |
//! | 100 | 31 | 5 |

use crate::error::PricingError;
use crate::money::Money;
use crate::policy::Policy;

/// Whether the late fee is due: strictly after the threshold, so day 30 is still free.
pub(crate) fn is_due(days_overdue: u32, threshold_days: u32) -> bool {
    days_overdue > threshold_days
}

/// The late fee on `after_tax`.
pub(crate) fn late_fee(
    after_tax: Money,
    days_overdue: u32,
    policy: &Policy,
) -> Result<Money, PricingError> {
    if !is_due(days_overdue, policy.late_fee_threshold_days) {
        return Ok(Money::ZERO);
    }
    after_tax.times(policy.late_fee_rate.as_factor(), "late fee")
}
