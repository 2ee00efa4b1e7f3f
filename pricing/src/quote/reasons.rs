//! The reasons of the steps of one quote.

use super::Reason;
use crate::adjustment::{Adjustment, Size};
use crate::engine::Steps;
use crate::invoice::Invoice;
use crate::late_fee;
use crate::policy::{LateFeeSize, Policy};
use crate::rounding::Derived;

impl Reason {
    pub(super) fn of_adjustment(adjustment: &Adjustment, amount: &Derived) -> Self {
        let given = adjustment.reason().to_owned();
        match adjustment.size() {
            _ if amount.capped => Self::Capped(given),
            Size::Rate(rate, base) => Self::RateOf(rate, base, given),
            Size::Amount(_) => Self::FixedAmount(given),
        }
    }

    pub(super) fn of_tier(invoice: &Invoice, policy: &Policy) -> Self {
        let tier = invoice.tier().to_owned();
        if let Some(listed) = policy.tier_discount(&tier) {
            return Self::Tier(tier, listed.rate);
        }
        let meant = policy.tier_meant_by(&tier);
        Self::UnlistedTier(tier, meant.map(|listed| listed.tier.clone()))
    }

    pub(super) fn of_loyalty(invoice: &Invoice, policy: &Policy) -> Self {
        if invoice.is_loyalty_member() {
            Self::Member(policy.loyalty.rate)
        } else {
            Self::NotAMember
        }
    }

    pub(super) fn of_taxable(steps: &Steps) -> Self {
        let adjusted = !steps.discounts.is_empty() || !steps.charges.is_empty();
        match (steps.prices_include_tax, adjusted) {
            (true, _) => Self::WithoutIncludedTax,
            (false, false) => Self::AfterDiscounts,
            (false, true) => Self::AfterAdjustments,
        }
    }

    pub(super) fn of_tax(steps: &Steps) -> Self {
        match steps.taxes.as_slice() {
            [only] if steps.prices_include_tax => Self::IncludedTax(only.listed.rate),
            [only] => Self::Tax(only.listed.rate),
            taxes => Self::Taxes(taxes.len()),
        }
    }

    pub(super) fn of_late_fee(
        invoice: &Invoice,
        policy: &Policy,
        nothing_outstanding: bool,
    ) -> Self {
        let Some(rule) = policy.late_fee else {
            return Self::NoLateFee;
        };
        let days = invoice.days_overdue();
        let threshold_days = rule.after_days;
        match rule.size {
            _ if !late_fee::is_due(days, threshold_days) => Self::NotOverdue {
                days,
                threshold_days,
            },
            _ if nothing_outstanding => Self::NothingOutstanding,
            LateFeeSize::Rate(rate) => Self::Overdue {
                days,
                threshold_days,
                rate,
            },
            LateFeeSize::Amount(_) => Self::FixedLateFee {
                days,
                threshold_days,
            },
        }
    }
}
