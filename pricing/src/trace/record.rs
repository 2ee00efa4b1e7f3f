//! Recording: the engine prices, and each amount is written down with its formula.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::{Carrying, Entry, Formula, Operand, Trace};
use crate::adjustment::Size;
use crate::document::Base;
use crate::engine::{Applied, PricingEngine, TaxBases, Watch};
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::money::Money;
use crate::rounding::Derived;
use crate::tax_codes::TaxCodes;

/// What each tax base had left after a discount or charge.
#[derive(Debug, Default)]
pub(super) struct Applications(pub(super) Vec<(Applied, Vec<(TaxCodes, Money)>)>);

impl Watch for Applications {
    fn applied(&mut self, applied: Applied, left: &TaxBases) {
        let bases = left.bases.iter();
        let bases = bases.map(|base| (base.codes.clone(), base.running));
        self.0.push((applied, bases.collect()));
    }
}

/// The entries so far, and what is carried of each.
#[derive(Debug, Default)]
pub(super) struct Recorder {
    pub(super) entries: Vec<Entry>,
    amounts: HashMap<String, Money>,
}

/// A rule in words, with its base and its rate.
#[derive(Debug, Default)]
pub(super) struct Rule {
    pub(super) words: String,
    pub(super) base: Option<String>,
    pub(super) size: Option<Size>,
}

impl Rule {
    pub(super) fn words(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            ..Self::default()
        }
    }
}

/// The names of the amounts around a discount or charge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around<'a> {
    /// What stood there first.
    pub(super) subtotal: &'a str,
    /// What is left.
    pub(super) running: &'a str,
}

impl<'a> Around<'a> {
    fn base_of(&self, size: Size) -> Option<&'a str> {
        match size {
            Size::Rate(_, Base::Subtotal) => Some(self.subtotal),
            Size::Rate(_, Base::Running) => Some(self.running),
            Size::Amount(_) => None,
        }
    }

    fn formula(&self, size: Size, base: Option<&str>, amount: &Derived) -> Formula {
        let mut factors: Vec<Operand> = base.map(Operand::step).into_iter().collect();
        if amount.capped && !amount.carried.is_zero() {
            return Formula::Product(vec![Operand::step(self.running)]);
        }
        factors.push(Operand::Number(match size {
            _ if amount.capped => Money::ZERO,
            Size::Rate(rate, _) => rate.as_factor(),
            Size::Amount(fixed) => fixed.into(),
        }));
        Formula::Product(factors)
    }
}

impl PricingEngine {
    /// How `invoice` comes to its total, amount by amount.
    pub fn trace(&self, invoice: &Invoice) -> Result<Trace, PricingError> {
        let mut applications = Applications::default();
        let priced = self.quote_watched(invoice, &mut applications)?;
        let mut recorder = Recorder::default();
        recorder.lines(invoice, &priced)?;
        recorder.document(invoice, self.policy(), &priced, &applications)?;
        Ok(Trace {
            invoice_id: invoice.invoice_id().to_owned(),
            policy: self.policy().id().clone(),
            rounding: self.policy().rounding,
            places: priced.steps.precision.places,
            entries: recorder.entries,
        })
    }
}

impl Recorder {
    /// Writes down one amount; its exact value is what the formula gives.
    pub(super) fn write(
        &mut self,
        step: &str,
        rule: Rule,
        formula: Formula,
        (carrying, carried): (Carrying, Money),
        shown: Option<Decimal>,
    ) -> Result<(), PricingError> {
        let operands = formula.operands().into_iter();
        // Every name in a formula was written down before it.
        let value = |operand: &Operand| operand.value(&self.amounts).unwrap_or(Money::ZERO);
        let operands: Vec<Money> = operands.map(value).collect();
        let exact = formula.value(&operands)?.normalized();
        let moved = match shown {
            Some(shown) => Some(Money::from(shown).minus(exact, "trace")?.normalized()),
            None => None,
        };
        let rate = match rule.size {
            Some(Size::Rate(rate, _)) => Some(rate),
            _ => None,
        };
        self.amounts.insert(step.to_owned(), carried);
        self.entries.push(Entry {
            step: step.to_owned(),
            rule: rule.words,
            base: rule.base,
            rate,
            formula,
            exact,
            carrying,
            carried: carried.normalized(),
            shown,
            moved,
        });
        Ok(())
    }

    /// Writes down a discount or a charge: a rate of an earlier amount, or fixed.
    pub(super) fn adjustment(
        &mut self,
        step: &str,
        words: impl Into<String>,
        size: Size,
        around: Around,
        amount: &Derived,
        shown: Decimal,
    ) -> Result<(), PricingError> {
        let base = around.base_of(size);
        let formula = around.formula(size, base, amount);
        let rule = Rule {
            words: words.into(),
            base: base.map(str::to_owned),
            size: Some(size),
        };
        let carrying = if amount.capped {
            Carrying::Exact
        } else {
            Carrying::Rounded
        };
        self.write(step, rule, formula, (carrying, amount.carried), Some(shown))
    }

    /// Writes down a sum of earlier amounts.
    pub(super) fn sum(
        &mut self,
        step: &str,
        words: impl Into<String>,
        terms: Vec<Operand>,
        sum: Money,
        shown: Option<Decimal>,
    ) -> Result<(), PricingError> {
        let carried = (Carrying::Exact, sum);
        self.write(
            step,
            Rule::words(words),
            Formula::Sum(terms),
            carried,
            shown,
        )
    }

    /// What is carried of an earlier amount.
    pub(super) fn carried(&self, step: &str) -> Money {
        self.amounts.get(step).copied().unwrap_or(Money::ZERO)
    }
}
