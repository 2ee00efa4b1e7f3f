//! What rounding moved in a book of invoices, by rule: the cents gained and the cents lost.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::DocumentKind;
use crate::error::PricingError;
use crate::money::Money;
use crate::quote::{Quote, Step};
use crate::rounding::RoundingMode;

/// The decimal places to which moved amounts are added up: finer than anyone bills, and coarse enough
/// that the sum of a million fractions is still a number that one can read.
const PLACES: u32 = 12;

/// What an error names.
const STEP: &str = "rounding report";

/// What rounding moved, by the rule whose amount it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RoundingReport {
    by_rule: BTreeMap<Cow<'static, str>, Moved>,
}

/// What rounding moved of the amounts of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// How many amounts were not exact.
    pub amounts: u64,
    /// What rounding added, to 12 decimal places.
    pub gained: Money,
    /// What rounding took away, to 12 decimal places; not above zero.
    pub lost: Money,
}

impl Moved {
    const NOTHING: Self = Self {
        amounts: 0,
        gained: Money::ZERO,
        lost: Money::ZERO,
    };
}

impl RoundingReport {
    /// Adds the amounts of one quote. A discount is counted as it stands: one that is rounded up is
    /// gained by the discount, and so lost by the total. What rounding adds to a credit note is lost.
    pub fn add(&mut self, quote: &Quote) -> Result<(), PricingError> {
        let mut adding = Adding {
            report: self,
            is_credit: quote.kind == DocumentKind::CreditNote,
        };
        adding.add(quote)
    }

    /// Adds what rounding moved in other invoices.
    pub fn merge(&mut self, other: &Self) -> Result<(), PricingError> {
        for (rule, more) in &other.by_rule {
            let sum = self.of_rule(rule.clone());
            sum.amounts = sum.amounts.saturating_add(more.amounts);
            sum.gained = sum.gained.plus(more.gained, STEP)?;
            sum.lost = sum.lost.plus(more.lost, STEP)?;
        }
        Ok(())
    }

    /// The rules with what was moved, in alphabetical order; rules that moved nothing are left out.
    pub fn by_rule(&self) -> impl Iterator<Item = (&str, Moved)> + '_ {
        self.by_rule.iter().map(|(rule, moved)| (&**rule, *moved))
    }

    fn of_rule(&mut self, rule: Cow<'static, str>) -> &mut Moved {
        self.by_rule.entry(rule).or_insert(Moved::NOTHING)
    }
}

/// A quote on its way into a report.
struct Adding<'r> {
    report: &'r mut RoundingReport,
    is_credit: bool,
}

impl Adding<'_> {
    fn add(&mut self, quote: &Quote) -> Result<(), PricingError> {
        for line in &quote.lines {
            self.add_amount("line item", line.amount.into(), line.exact)?;
            self.add_steps("line discount", &line.discounts)?;
            self.add_steps("line charge", &line.charges)?;
        }
        for tax in &quote.taxes {
            self.add_amount("tax", tax.amount.into(), tax.exact)?;
        }
        self.add_steps("discount", &quote.discounts)?;
        self.add_steps("charge", &quote.charges)?;
        for (rule, step) in [
            ("tier discount", &quote.tier_discount),
            ("loyalty discount", &quote.loyalty_discount),
            ("late fee", &quote.late_fee),
            ("total", &quote.total),
        ] {
            self.add_amount(rule, step.amount.into(), step.exact)?;
        }
        self.add_amount("cash rounding", quote.cash_rounding.into(), Money::ZERO)
    }

    fn add_steps(&mut self, rule: &'static str, steps: &[Step]) -> Result<(), PricingError> {
        steps
            .iter()
            .try_for_each(|step| self.add_amount(rule, step.amount.into(), step.exact))
    }

    fn add_amount(
        &mut self,
        rule: &'static str,
        shown: Money,
        exact: Money,
    ) -> Result<(), PricingError> {
        let moved = shown.minus(exact, STEP)?;
        if moved.is_zero() {
            return Ok(());
        }
        let moved = if self.is_credit {
            moved.negated()
        } else {
            moved
        };
        let moved = moved.rounded(PLACES, RoundingMode::HalfEven, STEP)?;
        let sum = self.report.of_rule(Cow::Borrowed(rule));
        sum.amounts = sum.amounts.saturating_add(1);
        let side = if moved.is_negative() {
            &mut sum.lost
        } else {
            &mut sum.gained
        };
        *side = side.plus(moved, STEP)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
