//! Policies as they stand in a file: the right shape, their meaning not yet checked.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Dunning, Overdiscount, Policy, TaxCategory};
use crate::amount;
use crate::currency::Currency;
use crate::document::Base;
use crate::rate::Rate;
use crate::rounding::Rounding;

/// A policy file: a name and its versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPolicyFile {
    /// The policy's name, carried by each quote.
    pub name: String,
    /// The versions; each is in effect until the next one begins or its own end.
    pub versions: Vec<RawPolicy>,
}

/// One version of a policy. Whatever is left out takes nothing and adds nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPolicy {
    /// The policy's name; in a file with versions it stands once, at the top.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The first day on which it is in effect; absent: always has been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_from: Option<Date>,
    /// The last day; absent: until the next version begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<Date>,
    /// The currency of invoices that name none, and of the amounts in this policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The smallest coin, to which the amount due is rounded, such as 0.05.
    #[serde(
        default,
        with = "amount::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub cash_step: Option<Decimal>,
    /// Whether prices include tax when an invoice does not say so.
    #[serde(default)]
    pub prices_include_tax: bool,
    /// When and which way amounts are rounded.
    #[serde(default)]
    pub rounding: Rounding,
    /// What happens to a discount that is larger than its amount.
    #[serde(default)]
    pub overdiscount: Overdiscount,
    /// The tiers with their discounts.
    #[serde(default)]
    pub tiers: Vec<RawTier>,
    /// What loyalty members earn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loyalty: Option<RawLoyalty>,
    /// The tax codes with their rates.
    #[serde(default)]
    pub taxes: Vec<RawTax>,
    /// The fee on overdue invoices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_fee: Option<RawLateFee>,
    /// When a declined invoice is charged again. Left out, as under the standard policy: it changes no
    /// price.
    #[serde(default, skip_serializing_if = "Dunning::is_standard")]
    pub dunning: Dunning,
}

/// A tier as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTier {
    /// The name, compared letter by letter.
    pub tier: String,
    /// The discount: 0.15 for 15 %.
    pub rate: Rate,
    /// Of what.
    #[serde(default)]
    pub base: Base,
}

/// The loyalty discount as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLoyalty {
    /// The discount: 0.02 for 2 %.
    pub rate: Rate,
    /// Of what; by default of what the tier discount has left.
    #[serde(default = "running")]
    pub base: Base,
}

fn running() -> Base {
    Base::Running
}

/// A tax code as it stands in a file: one rate for ever, or rates with dates.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTax {
    /// The code as it stands on line items.
    pub code: String,
    /// The rate: 0.19 for 19 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// The rates, each from a day on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<RawDatedRate>,
    /// The category of EN 16931; by default S above zero, E for `exempt`, otherwise Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<TaxCategory>,
    /// The tax's name on documents; by default `tax`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A rate with its first day and perhaps its last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDatedRate {
    /// The first day; absent: always has been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day; absent: until the next rate begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The rate.
    pub rate: Rate,
}

/// The late fee as it stands in a file: a rate or an amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLateFee {
    /// A part of what is outstanding after tax.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// A fixed amount.
    #[serde(
        default,
        with = "amount::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub amount: Option<Decimal>,
    /// Due when strictly more than this many days overdue.
    pub after_days: u32,
    /// Never less than this.
    #[serde(
        default,
        with = "amount::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub minimum: Option<Decimal>,
    /// Never more than this.
    #[serde(
        default,
        with = "amount::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub cap: Option<Decimal>,
}

impl From<Policy> for RawPolicy {
    fn from(policy: Policy) -> Self {
        let id = policy.id();
        Self {
            name: id.name.clone(),
            effective_from: id.effective_from,
            effective_until: policy.effective_until,
            currency: policy.currency,
            cash_step: policy.cash_step,
            prices_include_tax: policy.prices_include_tax,
            rounding: policy.rounding,
            overdiscount: policy.overdiscount,
            loyalty: (policy.loyalty.rate != Rate::ZERO).then_some(RawLoyalty {
                rate: policy.loyalty.rate,
                base: policy.loyalty.base,
            }),
            late_fee: policy.late_fee.map(RawLateFee::from),
            dunning: policy.dunning,
            tiers: policy.tiers.into_iter().map(RawTier::from).collect(),
            taxes: policy.taxes.into_iter().map(RawTax::from).collect(),
        }
    }
}

impl From<super::TierDiscount> for RawTier {
    fn from(listed: super::TierDiscount) -> Self {
        Self {
            tier: listed.tier,
            rate: listed.rate,
            base: listed.base,
        }
    }
}

impl From<super::TaxRate> for RawTax {
    fn from(listed: super::TaxRate) -> Self {
        Self {
            code: listed.code,
            rate: Some(listed.rate),
            rates: Vec::new(),
            category: Some(listed.category),
            name: Some(listed.name),
        }
    }
}

impl From<super::LateFee> for RawLateFee {
    fn from(fee: super::LateFee) -> Self {
        let (rate, amount) = match fee.size {
            super::LateFeeSize::Rate(rate) => (Some(rate), None),
            super::LateFeeSize::Amount(amount) => (None, Some(amount)),
        };
        Self {
            rate,
            amount,
            after_days: fee.after_days,
            minimum: fee.minimum,
            cap: fee.cap,
        }
    }
}
