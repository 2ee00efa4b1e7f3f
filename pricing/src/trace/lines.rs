//! The lines of a trace.

use super::record::{Around, Recorder, Rule};
use super::{Carrying, Formula, Operand};
use crate::adjustment::{Adjustment, in_order};
use crate::engine::{LineAmounts, Priced};
use crate::error::PricingError;
use crate::invoice::{Invoice, LineItem};
use crate::quote::{QuotedLine, Step};
use crate::rounding::Derived;

impl Recorder {
    pub(super) fn lines(&mut self, invoice: &Invoice, priced: &Priced) -> Result<(), PricingError> {
        let lines = priced.lines.iter().zip(&priced.quote.lines);
        for (index, (item, (amounts, quoted))) in invoice.items().iter().zip(lines).enumerate() {
            self.line(&format!("items[{index}]"), item, amounts, quoted)?;
        }
        Ok(())
    }

    fn line(
        &mut self,
        line: &str,
        item: &LineItem,
        amounts: &LineAmounts,
        quoted: &QuotedLine,
    ) -> Result<(), PricingError> {
        let gross = format!("{line}.gross");
        let factors = [item.unit_price(), item.quantity()];
        let factors = factors.map(|factor| Operand::Number(factor.into()));
        let shown = quoted.gross.as_ref().map(|gross| gross.amount);
        self.write(
            &gross,
            Rule::words("unit price × quantity"),
            Formula::Product(factors.to_vec()),
            (Carrying::Rounded, amounts.gross.carried),
            shown.or(Some(quoted.amount)),
        )?;
        let mut left = gross.clone();
        let mut terms = vec![Operand::step(&gross)];
        let discounts = (
            item.discounts(),
            amounts.discounts.as_slice(),
            quoted.discounts.as_slice(),
        );
        self.line_part(
            &format!("{line}.discounts"),
            discounts,
            &gross,
            &mut left,
            &mut terms,
        )?;
        let charges = (
            item.charges(),
            amounts.charges.as_slice(),
            quoted.charges.as_slice(),
        );
        self.line_part(
            &format!("{line}.charges"),
            charges,
            &gross,
            &mut left,
            &mut terms,
        )?;
        let words = "gross, less discounts, plus charges";
        self.sum(
            &format!("{line}.net"),
            words,
            terms,
            amounts.net,
            Some(quoted.amount),
        )
    }

    /// The discounts or the charges of a line, each with what it leaves.
    fn line_part(
        &mut self,
        name: &str,
        (adjustments, amounts, quoted): (&[Adjustment], &[Derived], &[Step]),
        gross: &str,
        left: &mut String,
        terms: &mut Vec<Operand>,
    ) -> Result<(), PricingError> {
        let takes = name.ends_with("discounts");
        for (place, adjustment) in in_order(adjustments) {
            let step = format!("{name}[{place}]");
            let (amount, quoted) = (&amounts[place], &quoted[place]);
            let bases = Around {
                subtotal: gross,
                running: left,
            };
            self.adjustment(
                &step,
                quoted.reason.to_string(),
                adjustment.size,
                bases,
                amount,
                quoted.amount,
            )?;
            let term = if takes {
                Operand::minus(&step)
            } else {
                Operand::step(&step)
            };
            let sum = vec![Operand::step(&*left), term.clone()];
            let after = format!("after {step}");
            let change = if takes {
                amount.carried.negated()
            } else {
                amount.carried
            };
            let rest = self.carried(left).plus(change, "trace")?;
            self.sum(&after, "what is left", sum, rest, None)?;
            *left = after;
            terms.push(term);
        }
        Ok(())
    }
}
