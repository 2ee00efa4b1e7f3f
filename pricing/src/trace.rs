//! The trace: for each amount the rule, the base, the rate, the exact value, the shown value and the
//! part of a cent that rounding moved. Whoever has it can [replay](Trace::replay) it with a pencil.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::amount;
use crate::money::Money;
use crate::policy::PolicyId;
use crate::rate::Rate;
use crate::rounding::Rounding;

mod document;
mod formula;
mod late_fee;
mod lines;
mod record;
mod replay;
mod taxes;

pub use formula::{Formula, Operand};
pub use replay::ReplayError;

/// How an invoice came to its total, amount by amount, in the order of the computation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// The invoice.
    pub invoice_id: String,
    /// The policy and its version, the same for each amount.
    pub policy: Arc<PolicyId>,
    /// When and which way amounts are rounded.
    pub rounding: Rounding,
    /// The decimal places of the currency's minor unit.
    pub places: u32,
    /// The amounts; each is computed from earlier ones.
    pub entries: Vec<Entry>,
}

/// One amount of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The amount's name, such as `tier_discount` or `items[0].net`.
    pub step: String,
    /// The rule, in words.
    pub rule: String,
    /// What the rate is taken of: the name of an earlier amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// How the exact value is computed from what later steps see of earlier ones.
    pub formula: Formula,
    /// The exact value, all digits.
    pub exact: Money,
    /// How it was carried on.
    pub carrying: Carrying,
    /// What later steps are computed from.
    pub carried: Money,
    /// The value on the document, in minor units; absent for what is only on the way.
    #[serde(
        default,
        with = "amount::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub shown: Option<Decimal>,
    /// The shown value less the exact one: what rounding added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Money>,
}

/// How an exact value became the one that is carried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carrying {
    /// With all its digits.
    Exact,
    /// Rounded as the policy says.
    Rounded,
    /// One of several shares that add up, by largest remainder.
    Share,
    /// Rounded to the minor unit whatever the policy says: nobody pays half a cent.
    MinorUnit,
}

#[cfg(test)]
mod tests;
