//! Why a step of a quote has its amount.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::document::Base;
use crate::rate::Rate;
use crate::rounding::Rounding;

/// Why a step has its amount; displayed for people (`gold tier, 15 %`), serialised as that text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The sum of so many line items.
    LineItems(usize),
    /// The tier is listed at this rate.
    Tier(String, Rate),
    /// The policy does not list the tier; perhaps another was meant.
    UnlistedTier(String, Option<String>),
    /// The customer is a member.
    Member(Rate),
    /// The customer is not a member.
    NotAMember,
    /// What remains after both discounts.
    AfterDiscounts,
    /// The tax rate.
    Tax(Rate),
    /// So many days overdue, more than the threshold.
    Overdue {
        /// Days overdue.
        days: u32,
        /// The policy's threshold.
        threshold_days: u32,
        /// The fee's rate.
        rate: Rate,
    },
    /// So many days overdue, not more than the threshold.
    NotOverdue {
        /// Days overdue.
        days: u32,
        /// The policy's threshold.
        threshold_days: u32,
    },
    /// Unit price × quantity.
    Gross,
    /// What remains after discounts and charges.
    AfterAdjustments,
    /// So many discounts or charges of the document.
    Adjustments(usize),
    /// A rate of what stood there first, or of what is left; and the reason given on the invoice.
    RateOf(Rate, Base, String),
    /// A fixed amount, and the reason given on the invoice.
    FixedAmount(String),
    /// A discount that would have taken more than was left.
    Capped(String),
    /// Several tax codes.
    Taxes(usize),
    /// The taxable amount when prices include tax.
    WithoutIncludedTax,
    /// The tax inside the prices.
    IncludedTax(Rate),
    /// So many days overdue, but nothing is outstanding.
    NothingOutstanding,
    /// A fixed late fee.
    FixedLateFee {
        /// Days overdue.
        days: u32,
        /// The policy's threshold.
        threshold_days: u32,
    },
    /// The policy has no late fee.
    NoLateFee,
    /// How the total is rounded.
    Rounded(Rounding),
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineItems(1) => write!(formatter, "1 line item"),
            Self::LineItems(count) => write!(formatter, "{count} line items"),
            Self::Tier(tier, rate) => write!(formatter, "{tier} tier, {rate}"),
            Self::UnlistedTier(tier, None) => write!(formatter, "no discount for tier {tier:?}"),
            Self::UnlistedTier(tier, Some(meant)) => {
                write!(
                    formatter,
                    "no discount for tier {tier:?} (did you mean {meant:?}?)"
                )
            }
            Self::Member(rate) => write!(formatter, "loyalty member, {rate}"),
            Self::NotAMember => write!(formatter, "not a loyalty member"),
            Self::AfterDiscounts => write!(formatter, "after both discounts"),
            Self::Tax(rate) => write!(formatter, "{rate} of taxable"),
            Self::Overdue {
                days,
                threshold_days,
                rate,
            } => {
                write!(
                    formatter,
                    "{days} days overdue, more than {threshold_days}: {rate}"
                )
            }
            Self::NotOverdue { days: 0, .. } => write!(formatter, "not overdue"),
            Self::NotOverdue {
                days,
                threshold_days,
            } => {
                write!(
                    formatter,
                    "{days} days overdue, not more than {threshold_days}"
                )
            }
            Self::Gross => write!(formatter, "unit price × quantity"),
            Self::AfterAdjustments => write!(formatter, "after discounts and charges"),
            Self::Adjustments(1) => write!(formatter, "1 entry"),
            Self::Adjustments(count) => write!(formatter, "{count} entries"),
            Self::RateOf(rate, base, reason) => {
                write!(formatter, "{}{rate} of {base}", prefix(reason))
            }
            Self::FixedAmount(reason) => write!(formatter, "{}fixed amount", prefix(reason)),
            Self::Capped(reason) => write!(formatter, "{}all that was left", prefix(reason)),
            Self::Taxes(count) => write!(formatter, "{count} tax codes"),
            Self::WithoutIncludedTax => write!(formatter, "after discounts, without tax"),
            Self::IncludedTax(rate) => write!(formatter, "{rate}, included in the prices"),
            Self::NothingOutstanding => write!(formatter, "nothing is outstanding"),
            Self::FixedLateFee {
                days,
                threshold_days,
            } => write!(
                formatter,
                "{days} days overdue, more than {threshold_days}: fixed amount"
            ),
            Self::NoLateFee => write!(formatter, "the policy has no late fee"),
            Self::Rounded(rounding) => write!(formatter, "{rounding}"),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The reason given on the invoice, as the beginning of a sentence.
fn prefix(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!("{reason}: ")
    }
}
