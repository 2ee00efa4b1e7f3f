//! What rounding moved in a book of invoices, by rule: the cents gained and the cents lost.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::PricingError;
use crate::money::Money;
use crate::quote::{Quote, Step};
use crate::rounding::RoundingMode;

/// The decimal places to which moved amounts are added up: finer than anyone bills, and coarse enough
/// that the sum of a million fractions is still a number that one can read.
const PLACES: u32 = 12;

/// What rounding moved, by the rule whose amount it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RoundingReport {
    by_rule: BTreeMap<&'static str, Moved>,
}

/// What rounding moved of the amounts of one rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// How many amounts were not exact.
    pub amounts: u64,
    /// What rounding added, to 12 decimal places.
    pub gained: Money,
    /// What rounding took away, to 12 decimal places; not above zero.
    pub lost: Money,
}

impl RoundingReport {
    /// Adds the amounts of one quote. A discount is counted as it stands: one that is rounded up is
    /// gained by the discount, and so lost by the total.
    pub fn add(&mut self, quote: &Quote) -> Result<(), PricingError> {
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

    /// The rules with what was moved, in alphabetical order; rules that moved nothing are left out.
    pub fn by_rule(&self) -> impl Iterator<Item = (&'static str, Moved)> + '_ {
        self.by_rule.iter().map(|(rule, moved)| (*rule, *moved))
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
        let step = "rounding report";
        let moved = shown.minus(exact, step)?;
        if moved.is_zero() {
            return Ok(());
        }
        let moved = moved.rounded(PLACES, RoundingMode::HalfEven, step)?;
        let none = Moved {
            amounts: 0,
            gained: Money::ZERO,
            lost: Money::ZERO,
        };
        let sum = self.by_rule.entry(rule).or_insert(none);
        sum.amounts += 1;
        let side = if moved.is_negative() {
            &mut sum.lost
        } else {
            &mut sum.gained
        };
        *side = side.plus(moved, step)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
