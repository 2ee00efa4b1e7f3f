//! What changes a price: the standard numbers, each a documented constant, and policies as data.

use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::rate::Rate;

/// The discount of each tier, on the subtotal. A tier that is not listed earns none.
pub const TIER_DISCOUNTS: &[(&str, Decimal)] = &[("gold", dec!(0.15)), ("silver", dec!(0.05))];

/// The discount of loyalty members, on what remains after the tier discount.
pub const LOYALTY_DISCOUNT_RATE: Decimal = dec!(0.02);

/// The tax, on the amount after both discounts.
pub const TAX_RATE: Decimal = dec!(0.08);

/// The late fee, on the amount after tax.
pub const LATE_FEE_RATE: Decimal = dec!(0.05);

/// The late fee is due when an invoice is strictly more than this many days overdue.
pub const LATE_FEE_THRESHOLD_DAYS: u32 = 30;

/// The decimal places of the currency's minor unit, to which a total is rounded.
pub const MINOR_UNIT_PLACES: u32 = 2;

/// The rules of a price: which rates, and from when on.
///
/// Private fields, read by [`PricingEngine`](crate::PricingEngine); made by [`Policy::standard`] or
/// from data through serde, where every rate is checked.
///
/// ```
/// let policy: pricing::Policy = serde_json::from_str(
///     r#"{"tiers":[{"tier":"gold","rate":"0.20"}],"loyalty_rate":"0.02","tax_rate":"0.19",
///         "late_fee_rate":"0.05","late_fee_threshold_days":14}"#,
/// )?;
/// assert_eq!(policy.tier_discount("gold").map(|tier| tier.rate.to_string()), Some("20 %".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub(crate) tiers: Vec<TierDiscount>,
    pub(crate) loyalty_rate: Rate,
    pub(crate) tax_rate: Rate,
    pub(crate) late_fee_rate: Rate,
    pub(crate) late_fee_threshold_days: u32,
}

/// What a tier earns: a name as it stands on invoices, and a rate on the subtotal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierDiscount {
    /// The tier's name, compared letter by letter.
    pub tier: String,
    /// The discount on the subtotal.
    pub rate: Rate,
}

impl Policy {
    /// The standard policy: the constants of this module.
    #[must_use]
    pub fn standard() -> Self {
        let tiers = TIER_DISCOUNTS.iter().map(|&(tier, rate)| TierDiscount {
            tier: tier.to_owned(),
            rate: Rate::of_standard_policy(rate),
        });
        Self {
            tiers: tiers.collect(),
            loyalty_rate: Rate::of_standard_policy(LOYALTY_DISCOUNT_RATE),
            tax_rate: Rate::of_standard_policy(TAX_RATE),
            late_fee_rate: Rate::of_standard_policy(LATE_FEE_RATE),
            late_fee_threshold_days: LATE_FEE_THRESHOLD_DAYS,
        }
    }

    /// What `tier` earns; `None` when the policy does not list it.
    #[must_use]
    pub fn tier_discount(&self, tier: &str) -> Option<&TierDiscount> {
        self.tiers.iter().find(|listed| listed.tier == tier)
    }

    /// The listed tier that differs from `tier` only in case or surrounding space, if any: most
    /// likely what was meant.
    #[must_use]
    pub fn tier_meant_by(&self, tier: &str) -> Option<&TierDiscount> {
        let meant = |listed: &&TierDiscount| {
            listed.tier != tier && listed.tier.eq_ignore_ascii_case(tier.trim())
        };
        self.tiers.iter().find(meant)
    }
}

#[cfg(test)]
mod tests;
