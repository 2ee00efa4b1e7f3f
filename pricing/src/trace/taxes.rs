//! Taxes of a trace: what bears them, through discounts and charges, and what they come to.

use rust_decimal::Decimal;

use super::record::{Recorder, Rule};
use super::{Carrying, Formula, Operand};
use crate::adjustment::Size;
use crate::document::Base;
use crate::engine::{Applied, Priced, TaxAmount};
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::money::Money;
use crate::tax_codes::TaxCodes;

/// The names of what is left: of the document, and of each of its tax bases.
#[derive(Debug)]
pub(super) struct Bases {
    pub(super) left: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Part {
    codes: TaxCodes,
    subtotal: String,
    left: String,
}

/// A discount or charge that is to be spread over the tax bases.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread<'a> {
    pub(super) applied: Applied,
    pub(super) amount: Money,
    /// Whether the shares are in proportion to what stood there first, not to what is left.
    pub(super) by_subtotal: bool,
    /// The only tax base that it concerns.
    pub(super) only: Option<&'a TaxCodes>,
}

impl Recorder {
    /// The tax bases with these `codes`; while there is but one, it is the whole document and needs no
    /// entries of its own.
    pub(super) fn tax_bases(
        &mut self,
        invoice: &Invoice,
        codes: &[&TaxCodes],
    ) -> Result<Bases, PricingError> {
        let mut bases = Bases {
            left: "subtotal".to_owned(),
            parts: Vec::new(),
        };
        let codes_are_one = codes.len() == 1;
        for codes in codes {
            let name = if codes_are_one {
                bases.left.clone()
            } else {
                self.tax_base(codes, invoice)?
            };
            bases.parts.push(Part {
                codes: (*codes).clone(),
                subtotal: name.clone(),
                left: name,
            });
        }
        Ok(bases)
    }

    fn tax_base(&mut self, codes: &TaxCodes, invoice: &Invoice) -> Result<String, PricingError> {
        let lines = invoice.items().iter().enumerate();
        let bearing = lines.filter(|(_, item)| item.tax() == codes);
        let names: Vec<String> = bearing
            .map(|(line, _)| format!("items[{line}].net"))
            .collect();
        let nets: Vec<Money> = names.iter().map(|name| self.carried(name)).collect();
        let sum = Money::sum(nets.into_iter(), "trace")?;
        let name = format!("lines taxed {codes}");
        let terms = names.into_iter().map(Operand::Step).collect();
        self.sum(&name, "lines with these tax codes", terms, sum, None)?;
        Ok(name)
    }

    /// What a discount or charge leaves of the document and of each tax base.
    pub(super) fn spread(
        &mut self,
        spread: Spread,
        left: &[(TaxCodes, Money)],
        bases: &mut Bases,
    ) -> Result<(), PricingError> {
        let before = |part: &&Part| {
            left.iter()
                .any(|left| *left == (part.codes.clone(), self.carried(&part.left)))
        };
        if bases.parts.iter().filter(before).count() == left.len() {
            return Ok(());
        }
        let nothing_left = self.carried(&bases.left).is_zero() && !spread.amount.is_zero();
        let spread = Spread {
            by_subtotal: spread.by_subtotal || nothing_left,
            ..spread
        };
        let name = spread.applied.name();
        let after = format!("after {name}");
        let change = if spread.takes() {
            spread.amount.negated()
        } else {
            spread.amount
        };
        let rest = self.carried(&bases.left).plus(change, "trace")?;
        let terms = vec![Operand::step(&bases.left), spread.signed(&name)];
        let whole = if spread.by_subtotal {
            "subtotal"
        } else {
            &bases.left
        }
        .to_owned();
        self.sum(&after, "what is left of the document", terms, rest, None)?;
        bases.left.clone_from(&after);
        if let [only] = bases.parts.as_mut_slice() {
            only.left = after;
            return Ok(());
        }
        // Where there is nothing to be in proportion to, the first takes it all.
        let first = bases.parts[0].codes.clone();
        let nothing = self.carried(&whole).is_zero();
        let only = spread.only.or(nothing.then_some(&first));
        for part in &mut bases.parts {
            let left = left.iter().find(|(codes, _)| *codes == part.codes);
            if let Some((_, left)) = left
                && only.is_none_or(|only| *only == part.codes)
            {
                self.share(spread, only.is_some(), &whole, *left, part)?;
            }
        }
        Ok(())
    }

    fn share(
        &mut self,
        spread: Spread,
        takes_all: bool,
        whole: &str,
        left: Money,
        part: &mut Part,
    ) -> Result<(), PricingError> {
        let (name, codes) = (spread.applied.name(), &part.codes);
        let mut taken = name.clone();
        if !takes_all {
            let weight = if spread.by_subtotal {
                &part.subtotal
            } else {
                &part.left
            };
            taken = format!("{name} on {codes}");
            let formula = Formula::Share {
                of: Operand::step(&name),
                part: Operand::step(weight),
                whole: Operand::step(whole),
            };
            let share = left.minus(self.carried(&part.left), "trace")?;
            let share = if spread.takes() {
                share.negated()
            } else {
                share
            };
            let words = Rule::words("share in proportion, by largest remainder");
            self.write(&taken, words, formula, (Carrying::Share, share), None)?;
        }
        let terms = vec![Operand::step(&part.left), spread.signed(&taken)];
        let after = format!("lines taxed {codes} after {name}");
        self.sum(&after, "what is left", terms, left, None)?;
        part.left = after;
        Ok(())
    }

    /// The taxes, and what is left without them; `terms` is what is left after all adjustments.
    pub(super) fn taxes(
        &mut self,
        priced: &Priced,
        bases: &Bases,
        mut terms: Vec<Operand>,
    ) -> Result<(), PricingError> {
        let (steps, quote) = (&priced.steps, &priced.quote);
        let mut names = Vec::new();
        for (tax, quoted) in steps.taxes.iter().zip(&quote.taxes) {
            let name = format!("taxes[{}]", quoted.code);
            let all = steps.prices_include_tax.then_some(steps.taxes.as_slice());
            self.tax(&name, tax, bases, all, quoted.amount)?;
            names.push(Operand::Step(name));
        }
        let words = quote.tax.reason.to_string();
        self.sum("tax", words, names, steps.tax, Some(quote.tax.amount))?;
        if steps.prices_include_tax {
            terms.push(Operand::minus("tax"));
        }
        let shown = Some(quote.taxable.amount);
        self.sum(
            "taxable",
            quote.taxable.reason.to_string(),
            terms,
            steps.taxable,
            shown,
        )
    }

    fn tax(
        &mut self,
        name: &str,
        tax: &TaxAmount,
        bases: &Bases,
        included_among: Option<&[TaxAmount]>,
        shown: Decimal,
    ) -> Result<(), PricingError> {
        let code = tax.listed.code.as_str();
        let bears = |part: &&Part| part.codes.codes().any(|other| other == code);
        let bearing: Vec<&Part> = bases.parts.iter().filter(bears).collect();
        let rate = tax.listed.rate.as_factor();
        let rule = |base: Option<String>| Rule {
            words: format!("tax code {code}"),
            base,
            size: Some(Size::Rate(tax.listed.rate, Base::Subtotal)),
        };
        let carried = (Carrying::Rounded, tax.amount.carried);
        let Some(all) = included_among else {
            let base = format!("{name}.base");
            let terms = bearing.iter().map(|part| Operand::step(&part.left));
            self.sum(
                &base,
                "all that bears it",
                terms.collect(),
                tax.bearing,
                None,
            )?;
            let formula = Formula::Product(vec![Operand::step(&base), Operand::Number(rate)]);
            return self.write(name, rule(Some(base)), formula, carried, Some(shown));
        };
        let mut terms = Vec::new();
        for part in bearing {
            let with_tax = with_tax(&part.codes, all)?;
            let formula = Formula::Share {
                of: Operand::step(&part.left),
                part: Operand::Number(rate),
                whole: Operand::Number(with_tax),
            };
            let inside = format!("{name} inside {}", part.codes);
            let gross = self.carried(&part.left);
            let exact = gross.times(rate, "trace")?.divided_by(with_tax, "trace")?;
            let words = rule(Some(part.left.clone()));
            self.write(&inside, words, formula, (Carrying::Exact, exact), None)?;
            terms.push(Operand::Step(inside));
        }
        self.write(name, rule(None), Formula::Sum(terms), carried, Some(shown))
    }
}

impl Spread<'_> {
    fn takes(self) -> bool {
        !matches!(self.applied, Applied::Charge(_))
    }

    fn signed(self, name: &str) -> Operand {
        if self.takes() {
            Operand::minus(name)
        } else {
            Operand::step(name)
        }
    }
}

/// One and all rates of the `codes`: what a price with tax is of the price without.
fn with_tax(codes: &TaxCodes, taxes: &[TaxAmount]) -> Result<Money, PricingError> {
    let listed = taxes.iter().map(|tax| tax.listed);
    let rates = listed.filter(|listed| codes.codes().any(|code| code == listed.code));
    let rates: Vec<Money> = rates.map(|listed| listed.rate.as_factor()).collect();
    Money::sum([Money::ONE].into_iter().chain(rates), "trace")
}
