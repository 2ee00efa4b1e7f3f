//! Amounts as they are shown: those of one sum always add up.

use rust_decimal::Decimal;

use super::{Reason, Step};
use crate::allocation::reconcile;
use crate::error::PricingError;
use crate::money::Money;
use crate::rounding::{Derived, Precision, RoundingRule};

impl Precision {
    /// `parts` in minor units, so that together they give `total`. Amounts that were rounded when
    /// they were computed are shown as they are: they add up by themselves.
    pub(super) fn adding_up(
        self,
        parts: &[Money],
        total: Money,
    ) -> Result<Vec<Money>, PricingError> {
        match parts {
            _ if self.rounding.rule == RoundingRule::ShownAmounts => Ok(parts.to_vec()),
            [] => Ok(Vec::new()),
            [_] => Ok(vec![total]),
            _ => reconcile(parts, total, self.places),
        }
    }

    /// The amount as a decimal with the currency's places.
    pub(super) fn shown(self, amount: Money, step: &'static str) -> Result<Decimal, PricingError> {
        amount.to_shown(self.places, step)
    }

    pub(super) fn step(
        self,
        shown: Money,
        exact: Money,
        reason: Reason,
    ) -> Result<Step, PricingError> {
        Ok(Step {
            amount: self.shown(shown, "quote")?,
            exact,
            reason,
        })
    }

    /// The steps of several amounts whose sum is shown as `total`.
    pub(super) fn steps(
        self,
        amounts: &[Derived],
        total: Money,
        reasons: impl Iterator<Item = Reason>,
    ) -> Result<Vec<Step>, PricingError> {
        let carried: Vec<Money> = amounts.iter().map(|amount| amount.carried).collect();
        let shown = self.adding_up(&carried, total)?;
        let entries = shown.into_iter().zip(amounts).zip(reasons);
        entries
            .map(|((shown, amount), reason)| self.step(shown, amount.exact, reason))
            .collect()
    }
}

/// The sum of the amounts as they are carried.
pub(super) fn sum(amounts: &[Derived], step: &'static str) -> Result<Money, PricingError> {
    Money::sum(amounts.iter().map(|amount| amount.carried), step)
}
