//! The impact of a change, as programs read it.

use pricing::Currency;
use serde::{Deserialize, Serialize};

use super::histogram::Bin;
use super::rule::Rule;
use super::tally::Tally;
use super::units::Units;
use crate::error::Error;
use crate::policy;

/// What a change does to a book.
#[derive(Debug, Serialize)]
pub struct Impact {
    /// What was compared.
    pub before: Side,
    /// With what.
    pub after: Side,
    /// The rules in which the policies differ, where each has one set of them.
    pub rules: Vec<policy::Difference>,
    /// Invoices that stand on both sides.
    pub invoices: u64,
    /// Those whose total changes.
    pub changed: u64,
    /// Those whose total stays while steps that lead to it move.
    pub moved_within: u64,
    /// By currency, in the order of their codes.
    pub currencies: Vec<InCurrency>,
    /// Invoices that stand before only.
    pub missing: Absent,
    /// Invoices that stand after only.
    pub added: Absent,
}

impl Impact {
    /// The report on what `tally` has counted; `absent` stands on one side only.
    pub(super) fn of(
        tally: Tally,
        [before, after]: [Side; 2],
        rules: Vec<policy::Difference>,
        [missing, added]: [Absent; 2],
    ) -> Result<Self, Error> {
        let moved_within = tally.moved_within();
        let currencies = tally.finish()?;
        Ok(Self {
            before,
            after,
            rules,
            invoices: currencies.iter().map(|of| of.invoices).sum(),
            changed: currencies.iter().map(|of| of.changed).sum(),
            moved_within,
            currencies,
            missing,
            added,
        })
    }

    /// Whether anything differs at all.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.changed + self.moved_within + self.missing.invoices + self.added.invoices > 0
    }
}

/// One side of a comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Side {
    /// The policy's name, or the file's.
    pub name: String,
    /// The hash of the rules, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// Invoices that stand on one side only.
#[derive(Debug, Default, Serialize)]
pub struct Absent {
    /// How many.
    pub invoices: u64,
    /// The first of them, in their order.
    pub first: Vec<String>,
}

/// The invoices of one currency. Amounts are what the customers pay, so a credit note counts below
/// zero.
#[derive(Debug, Serialize)]
pub struct InCurrency {
    /// The currency; absent where none is named.
    pub currency: Option<Currency>,
    /// Invoices on both sides.
    pub invoices: u64,
    /// Those whose total changes.
    pub changed: u64,
    /// The sum of the totals before.
    pub before: Units,
    /// The sum of the totals after.
    pub after: Units,
    /// After less before.
    pub difference: Units,
    /// Totals that rise.
    pub raised: Part,
    /// Totals that fall.
    pub lowered: Part,
    /// Totals that change by one minor unit, such as a cent, and no more.
    pub by_one_minor_unit: u64,
    /// Of the totals that change; absent when none does.
    pub percentiles: Option<Percentiles>,
    /// Of the totals that change.
    pub histogram: Vec<Bin>,
    /// By tier; empty where tiers are not known.
    pub tiers: Vec<InTier>,
    /// The rules that moved; empty where rules are not known.
    pub rules: Vec<ByRule>,
    /// The largest changes, largest first.
    pub largest: Vec<Change>,
}

/// Some of the invoices, and by how much they change together.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Part {
    /// How many.
    pub invoices: u64,
    /// The sum of their differences.
    pub amount: Units,
}

/// Differences by rank: of all that change, this share changes by so much or less (nearest rank).
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Percentiles {
    /// The lowest.
    pub lowest: Units,
    /// 5 %.
    pub p5: Units,
    /// 25 %.
    pub p25: Units,
    /// 50 %.
    pub p50: Units,
    /// 75 %.
    pub p75: Units,
    /// 95 %.
    pub p95: Units,
    /// The highest.
    pub highest: Units,
}

/// The invoices of one tier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct InTier {
    /// The tier as written.
    pub tier: String,
    /// Invoices on both sides.
    pub invoices: u64,
    /// Those whose total changes.
    pub changed: u64,
    /// By how much they change together.
    pub difference: Units,
}

/// What one rule did.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ByRule {
    /// The rule.
    pub rule: Rule,
    /// Invoices in which its step moved.
    pub moved: u64,
    /// Those in which no step before it moved, so that the change begins here.
    pub begins: u64,
    /// What its step adds to the difference; the rules add up to it.
    pub difference: Units,
}

/// One invoice whose total changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Change {
    /// The invoice.
    pub invoice_id: String,
    /// Its tier, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Its total before.
    pub before: Units,
    /// Its total after.
    pub after: Units,
    /// After less before.
    pub difference: Units,
    /// The rules that moved, in the order in which they are applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

impl Percentiles {
    /// Each with its name for people.
    #[must_use]
    pub fn all(&self) -> [(&'static str, Units); 7] {
        [
            ("lowest", self.lowest),
            ("5 %", self.p5),
            ("25 %", self.p25),
            ("50 %", self.p50),
            ("75 %", self.p75),
            ("95 %", self.p95),
            ("highest", self.highest),
        ]
    }
}
