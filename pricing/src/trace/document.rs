//! From the lines to the amount due.

use super::record::{Applications, Around, Recorder, Rule};
use super::taxes::{Bases, Spread};
use super::{Carrying, Formula, Operand};
use crate::adjustment::Size;
use crate::document::Base;
use crate::engine::{Applied, Priced};
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::money::Money;
use crate::policy::Policy;
use crate::tax_codes::TaxCodes;
use crate::{loyalty, tier};

impl Recorder {
    pub(super) fn document(
        &mut self,
        invoice: &Invoice,
        policy: &Policy,
        priced: &Priced,
        applications: &Applications,
    ) -> Result<(), PricingError> {
        let (steps, quote) = (&priced.steps, &priced.quote);
        let nets = (0..priced.lines.len()).map(|line| Operand::step(format!("items[{line}].net")));
        let shown = Some(quote.subtotal.amount);
        self.sum(
            "subtotal",
            "all lines",
            nets.collect(),
            steps.subtotal,
            shown,
        )?;
        // Bases are only ever added, so the last have all of them.
        let all = applications.0.last().into_iter().flat_map(|(_, left)| left);
        let codes: Vec<&TaxCodes> = all.map(|(codes, _)| codes).collect();
        let mut bases = self.tax_bases(invoice, &codes)?;
        for (applied, left) in &applications.0 {
            let spread = self.applied(*applied, invoice, policy, priced, &bases)?;
            self.spread(spread, left, &mut bases)?;
        }
        let terms = self.sums_of_adjustments(priced)?;
        self.taxes(priced, &bases, terms)?;
        self.prepayments(invoice, priced)?;
        self.late_fee(invoice, policy, priced)?;
        self.due(invoice, priced)
    }

    fn applied<'a>(
        &mut self,
        applied: Applied,
        invoice: &'a Invoice,
        policy: &Policy,
        priced: &Priced,
        bases: &Bases,
    ) -> Result<Spread<'a>, PricingError> {
        let (steps, quote) = (&priced.steps, &priced.quote);
        let (size, amount, quoted) = match applied {
            Applied::TierDiscount => (
                tier::tier_discount(policy, invoice.tier()),
                &steps.tier_discount,
                &quote.tier_discount,
            ),
            Applied::LoyaltyDiscount => (
                loyalty::loyalty_discount(policy, invoice.is_loyalty_member()),
                &steps.loyalty_discount,
                &quote.loyalty_discount,
            ),
            Applied::Discount(place) => (
                invoice.discounts()[place].size,
                &steps.discounts[place],
                &quote.discounts[place],
            ),
            Applied::Charge(place) => (
                invoice.charges()[place].size,
                &steps.charges[place],
                &quote.charges[place],
            ),
        };
        let only = match applied {
            Applied::Discount(place) => invoice.discounts()[place].tax(),
            Applied::Charge(place) => invoice.charges()[place].tax(),
            Applied::TierDiscount | Applied::LoyaltyDiscount => None,
        };
        let around = Around {
            subtotal: "subtotal",
            running: &bases.left,
        };
        let name = applied.name();
        self.adjustment(
            &name,
            quoted.reason.to_string(),
            size,
            around,
            amount,
            quoted.amount,
        )?;
        Ok(Spread {
            applied,
            amount: amount.carried,
            by_subtotal: matches!(size, Size::Rate(_, Base::Subtotal)) && !amount.capped,
            only,
        })
    }

    /// The sums of the document's own discounts and charges; the terms of what is left.
    fn sums_of_adjustments(&mut self, priced: &Priced) -> Result<Vec<Operand>, PricingError> {
        let (steps, quote) = (&priced.steps, &priced.quote);
        let mut terms = vec![
            Operand::step("subtotal"),
            Operand::minus("tier_discount"),
            Operand::minus("loyalty_discount"),
        ];
        for (name, all, quoted, sign) in [
            ("discount", &steps.discounts, &quote.discount, -1),
            ("charge", &steps.charges, &quote.charge, 1),
        ] {
            if all.is_empty() {
                continue;
            }
            let each = (0..all.len()).map(|place| Operand::step(format!("{name}s[{place}]")));
            let sum = Money::sum(all.iter().map(|amount| amount.carried), "trace")?;
            let words = format!("all {name}s of the document");
            self.sum(name, words, each.collect(), sum, Some(quoted.amount))?;
            terms.push(if sign < 0 {
                Operand::minus(name)
            } else {
                Operand::step(name)
            });
        }
        Ok(terms)
    }

    fn due(&mut self, invoice: &Invoice, priced: &Priced) -> Result<(), PricingError> {
        let (steps, quote) = (&priced.steps, &priced.quote);
        let terms = ["taxable", "tax", "late_fee"].map(Operand::step);
        let words = quote.total.reason.to_string();
        self.sum(
            "total",
            words,
            terms.to_vec(),
            steps.total,
            Some(quote.total.amount),
        )?;
        let whole = steps.precision.to_minor_units(steps.total, "trace")?;
        let formula = Formula::Product(vec![Operand::step("total")]);
        let carried = (Carrying::MinorUnit, whole);
        self.write(
            "payable",
            Rule::words("the total in minor units"),
            formula,
            carried,
            None,
        )?;
        let paid = (0..invoice.prepayments().len())
            .map(|place| Operand::minus(format!("prepayments[{place}]")));
        let mut terms: Vec<Operand> = [Operand::step("payable")].into_iter().chain(paid).collect();
        if !quote.cash_rounding.is_zero() {
            terms.push(Operand::Number(quote.cash_rounding.into()));
        }
        self.sum(
            "due",
            "what is left to pay",
            terms,
            quote.due.into(),
            Some(quote.due),
        )
    }
}

impl Applied {
    /// The name of its amount in a trace.
    pub(super) fn name(self) -> String {
        match self {
            Self::TierDiscount => "tier_discount".to_owned(),
            Self::LoyaltyDiscount => "loyalty_discount".to_owned(),
            Self::Discount(place) => format!("discounts[{place}]"),
            Self::Charge(place) => format!("charges[{place}]"),
        }
    }
}
