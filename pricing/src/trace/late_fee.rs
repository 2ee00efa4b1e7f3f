//! What is outstanding, and the late fee on it.

use super::record::{Recorder, Rule};
use super::{Carrying, Formula, Operand};
use crate::adjustment::Size;
use crate::document::Base;
use crate::engine::Priced;
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::late_fee;
use crate::money::Money;
use crate::policy::{LateFee, LateFeeSize, Policy};

impl Recorder {
    /// The prepayments, and what they leave outstanding.
    pub(super) fn prepayments(
        &mut self,
        invoice: &Invoice,
        priced: &Priced,
    ) -> Result<(), PricingError> {
        let steps = &priced.steps;
        let mut terms = vec![Operand::step("taxable"), Operand::step("tax")];
        for (place, prepayment) in invoice.prepayments().iter().enumerate() {
            let step = format!("prepayments[{place}]");
            let exact = Money::from(prepayment.amount);
            let paid = steps.precision.to_minor_units(exact, "trace")?;
            let formula = Formula::Product(vec![Operand::Number(exact)]);
            let carried = (Carrying::MinorUnit, paid);
            self.write(&step, Rule::words("already paid"), formula, carried, None)?;
            terms.push(Operand::minus(step));
        }
        let words = "what is to be paid after tax";
        self.sum("outstanding", words, terms, steps.outstanding, None)
    }

    pub(super) fn late_fee(
        &mut self,
        invoice: &Invoice,
        policy: &Policy,
        priced: &Priced,
    ) -> Result<(), PricingError> {
        let (steps, quoted) = (&priced.steps, &priced.quote.late_fee);
        let owes = !steps.outstanding.is_negative() && !steps.outstanding.is_zero();
        let is_due = |rule: &LateFee| late_fee::is_due(invoice.days_overdue(), rule.after_days);
        let rule = policy.late_fee.filter(|rule| owes && is_due(rule));
        let mut words = Rule::words(quoted.reason.to_string());
        if let Some(LateFeeSize::Rate(rate)) = rule.map(|rule| rule.size) {
            words.base = Some("outstanding".to_owned());
            words.size = Some(Size::Rate(rate, Base::Running));
        }
        let formula = match rule {
            None => Formula::Product(vec![Operand::Number(Money::ZERO)]),
            Some(rule) => self.fee(rule, steps.outstanding)?,
        };
        let carried = (Carrying::Rounded, steps.late_fee.carried);
        self.write("late_fee", words, formula, carried, Some(quoted.amount))
    }

    /// The formula of a fee that is due; one with a minimum or a cap refers to an entry without.
    fn fee(&mut self, rule: LateFee, outstanding: Money) -> Result<Formula, PricingError> {
        let (factors, exact) = match rule.size {
            LateFeeSize::Rate(rate) => (
                vec![
                    Operand::step("outstanding"),
                    Operand::Number(rate.as_factor()),
                ],
                outstanding.times(rate.as_factor(), "trace")?,
            ),
            LateFeeSize::Amount(amount) => {
                (vec![Operand::Number(amount.into())], Money::from(amount))
            }
        };
        let full = Formula::Product(factors);
        if rule.minimum.is_none() && rule.cap.is_none() {
            return Ok(full);
        }
        let step = "late_fee before minimum and cap";
        let carried = (Carrying::Exact, exact);
        self.write(step, Rule::words("the fee itself"), full, carried, None)?;
        Ok(Formula::Within {
            of: Operand::step(step),
            minimum: rule.minimum.map(Money::from),
            cap: rule.cap.map(Money::from),
        })
    }
}
