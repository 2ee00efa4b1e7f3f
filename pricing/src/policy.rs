//! What changes a price: the standard numbers, each a documented constant, and policies as data.

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::{Decimal, dec};
use serde::{Deserialize, Serialize};

use crate::currency::Currency;
use crate::document::Base;
use crate::rate::Rate;
use crate::rounding::Rounding;
use crate::tax_codes::{EXEMPT, STANDARD};

mod door;
mod dunning;
mod error;
mod file;
mod identity;
mod timeline;

pub use dunning::{Dunning, RETRY_AFTER_DAYS, RETRY_AFTER_DAYS_MAX};
pub use error::{PolicyError, PolicyProblem, TimelineError};
pub use file::{RawDatedRate, RawLateFee, RawLoyalty, RawPolicy, RawPolicyFile, RawTax, RawTier};
pub use identity::PolicyId;
pub use timeline::{Period, Timeline};

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

/// The rules of a price at one time: each rate is resolved, nothing is dated any more.
///
/// Made by [`Policy::standard`] or behind one door: `TryFrom<RawPolicy>`, and serde through it. A
/// file with several versions is a [`Timeline`].
///
/// ```
/// let policy: pricing::Policy = serde_json::from_str(
///     r#"{"tiers":[{"tier":"gold","rate":"0.20"}],"loyalty":{"rate":"0.02"},
///         "taxes":[{"code":"standard","rate":"0.19"}],"late_fee":{"rate":"0.05","after_days":14}}"#,
/// )?;
/// assert_eq!(policy.tier_discount("gold").map(|tier| tier.rate.to_string()), Some("20 %".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPolicy", into = "RawPolicy")]
pub struct Policy {
    id: Arc<PolicyId>,
    pub(crate) effective_until: Option<Date>,
    pub(crate) tiers: Vec<TierDiscount>,
    pub(crate) loyalty: LoyaltyDiscount,
    pub(crate) taxes: Vec<TaxRate>,
    pub(crate) prices_include_tax: bool,
    pub(crate) late_fee: Option<LateFee>,
    pub(crate) rounding: Rounding,
    pub(crate) overdiscount: Overdiscount,
    pub(crate) currency: Option<Currency>,
    pub(crate) cash_step: Option<Decimal>,
    dunning: Dunning,
}

/// What a tier earns: a name as it stands on invoices, and a rate of a base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierDiscount {
    /// The tier's name, compared letter by letter.
    pub tier: String,
    /// The discount.
    pub rate: Rate,
    /// Of what; by default of the subtotal.
    pub base: Base,
}

/// What loyalty members earn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoyaltyDiscount {
    /// The discount.
    pub rate: Rate,
    /// Of what; by default of what the tier discount has left.
    pub base: Base,
}

/// A tax code with its rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRate {
    /// The code as it stands on line items.
    pub code: String,
    /// The rate.
    pub rate: Rate,
    /// Why it is this rate, in the letters of EN 16931.
    pub category: TaxCategory,
    /// The tax's name on documents, such as `VAT`.
    pub name: String,
}

/// The categories of EN 16931 (code list UNCL 5305): why a line bears the tax that it bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TaxCategory {
    /// Standard or reduced rate.
    S,
    /// Zero rated.
    Z,
    /// Exempt.
    E,
    /// Reverse charge.
    Ae,
    /// Intra-community supply.
    K,
    /// Export.
    G,
    /// Outside the scope of the tax.
    O,
    /// Canary Islands.
    L,
    /// Ceuta and Melilla.
    M,
    /// Italian split payment: borne, and paid by the buyer to the tax office itself.
    B,
}

/// The late fee: a rate of what is outstanding, or a fixed amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateFee {
    /// How large it is.
    pub size: LateFeeSize,
    /// It is due when an invoice is strictly more than this many days overdue.
    pub after_days: u32,
    /// Never less than this.
    pub minimum: Option<Decimal>,
    /// Never more than this.
    pub cap: Option<Decimal>,
}

/// How large a late fee is before its minimum and its cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateFeeSize {
    /// A part of what is outstanding after tax.
    Rate(Rate),
    /// A fixed amount.
    Amount(Decimal),
}

/// What happens to a discount that is larger than what is left of its amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overdiscount {
    /// It takes what is left and no more, so nothing falls below zero.
    #[default]
    Capped,
    /// It is taken in full; the document may fall below zero.
    Allowed,
}

impl Policy {
    /// The standard policy: the constants of this module.
    #[must_use]
    pub fn standard() -> Self {
        let tiers = TIER_DISCOUNTS.iter().map(|&(tier, rate)| TierDiscount {
            tier: tier.to_owned(),
            rate: Rate::of_standard_policy(rate),
            base: Base::Subtotal,
        });
        let policy = Self {
            id: Arc::new(PolicyId::nameless()),
            effective_until: None,
            tiers: tiers.collect(),
            loyalty: LoyaltyDiscount {
                rate: Rate::of_standard_policy(LOYALTY_DISCOUNT_RATE),
                base: Base::Running,
            },
            taxes: with_exempt(vec![TaxRate {
                code: STANDARD.to_owned(),
                rate: Rate::of_standard_policy(TAX_RATE),
                category: TaxCategory::S,
                name: "tax".to_owned(),
            }]),
            prices_include_tax: false,
            late_fee: Some(LateFee {
                size: LateFeeSize::Rate(Rate::of_standard_policy(LATE_FEE_RATE)),
                after_days: LATE_FEE_THRESHOLD_DAYS,
                minimum: None,
                cap: None,
            }),
            rounding: Rounding::default(),
            overdiscount: Overdiscount::default(),
            currency: None,
            cash_step: None,
            dunning: Dunning::default(),
        };
        policy.identified("standard".to_owned(), None)
    }

    /// Name, version and content hash: what a quote carries.
    #[must_use]
    pub fn id(&self) -> &Arc<PolicyId> {
        &self.id
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

    /// The tax codes with their rates, `exempt` among them, in the order of the policy.
    #[must_use]
    pub fn taxes(&self) -> &[TaxRate] {
        &self.taxes
    }

    /// The currency of an invoice that names none, and of the policy's own amounts.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// When and which way amounts are rounded.
    #[must_use]
    pub fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// When a declined invoice is charged again.
    #[must_use]
    pub fn dunning(&self) -> &Dunning {
        &self.dunning
    }

    /// Whether the prices of an invoice include tax when it does not say so itself.
    #[must_use]
    pub fn prices_include_tax(&self) -> bool {
        self.prices_include_tax
    }

    /// Whether a number of the policy is an amount of its currency rather than a rate.
    pub(crate) fn has_amounts(&self) -> bool {
        let in_late_fee = self.late_fee.is_some_and(|fee| {
            matches!(fee.size, LateFeeSize::Amount(_)) || fee.minimum.is_some() || fee.cap.is_some()
        });
        in_late_fee || self.cash_step.is_some()
    }
}

/// The taxes with `exempt` among them, which every policy knows.
fn with_exempt(mut taxes: Vec<TaxRate>) -> Vec<TaxRate> {
    if taxes.iter().all(|listed| listed.code != EXEMPT) {
        taxes.push(TaxRate {
            code: EXEMPT.to_owned(),
            rate: Rate::ZERO,
            category: TaxCategory::E,
            name: "tax".to_owned(),
        });
    }
    taxes
}

#[cfg(test)]
mod tests;
