//! The late fee: its rate of what is outstanding, once an invoice is more than the threshold overdue.
//!
//! | outstanding | days overdue | fee at 5 % past 30 days |
//! |---|---|---|
//! | 100 | 10 | 0 |
//! | 100 | 30 | 0 |
//! | 100 | 31 | 5 |

use crate::error::PricingError;
use crate::money::Money;
use crate::policy::{LateFee, LateFeeSize};

/// Whether the late fee is due: strictly after the threshold, so day 30 is still free.
pub(crate) fn is_due(days_overdue: u32, threshold_days: u32) -> bool {
    days_overdue > threshold_days
}

/// The late fee on `outstanding`, within its minimum and its cap.
pub(crate) fn late_fee(
    outstanding: Money,
    days_overdue: u32,
    rule: &LateFee,
) -> Result<Money, PricingError> {
    if !is_due(days_overdue, rule.after_days) {
        return Ok(Money::ZERO);
    }
    let fee = match rule.size {
        LateFeeSize::Rate(rate) => outstanding.times(rate.as_factor(), "late fee")?,
        LateFeeSize::Amount(amount) => Money::from(amount),
    };
    let minimum = rule.minimum.map(Money::from);
    fee.within(minimum, rule.cap.map(Money::from), "late fee")
}
