//! A quote from the steps of an invoice: what is shown, adding up, each with its reason.

use super::lines::{adjustment_reasons, quoted_lines};
use super::shown::sum;
use super::{Breakdown, QuotedTax, Reason};
use crate::engine::{LineAmounts, Steps};
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::money::Money;
use crate::policy::Policy;
use crate::rounding::{Precision, RoundingRule};

/// The parts of the total, as they are shown.
struct Shown {
    subtotal: Money,
    tier_discount: Money,
    loyalty_discount: Money,
    discount: Money,
    charge: Money,
    taxable: Money,
    tax: Money,
    late_fee: Money,
    total: Money,
}

impl Breakdown {
    /// The breakdown of `invoice`, whose amounts are `lines` and `steps`.
    pub(crate) fn of_steps(
        invoice: &Invoice,
        policy: &Policy,
        lines: &[LineAmounts],
        steps: &Steps,
    ) -> Result<Self, PricingError> {
        let precision = steps.precision;
        let discount = sum(&steps.discounts, "discount")?;
        let charge = sum(&steps.charges, "charge")?;
        let shown = Shown::of(steps, discount, charge)?;
        let entries = Reason::Adjustments;
        let reasons = adjustment_reasons(invoice.discounts(), &steps.discounts);
        let discounts = precision.steps(&steps.discounts, shown.discount, reasons)?;
        let reasons = adjustment_reasons(invoice.charges(), &steps.charges);
        let charges = precision.steps(&steps.charges, shown.charge, reasons)?;
        let step = |shown, exact, reason| precision.step(shown, exact, reason);
        let (cash_rounding, due) = due(invoice, policy, &shown, steps)?;
        Ok(Self {
            invoice_id: invoice.invoice_id().to_owned(),
            kind: invoice.kind(),
            currency: invoice.currency().or(policy.currency),
            policy: policy.id().clone(),
            prices_include_tax: steps.prices_include_tax,
            lines: quoted_lines(invoice, lines, shown.subtotal, precision)?,
            subtotal: step(
                shown.subtotal,
                steps.subtotal,
                Reason::LineItems(lines.len()),
            )?,
            tier_discount: step(
                shown.tier_discount,
                steps.tier_discount.exact,
                Reason::of_tier(invoice, policy),
            )?,
            loyalty_discount: step(
                shown.loyalty_discount,
                steps.loyalty_discount.exact,
                Reason::of_loyalty(invoice, policy),
            )?,
            discount: step(shown.discount, discount, entries(discounts.len()))?,
            discounts,
            charge: step(shown.charge, charge, entries(charges.len()))?,
            charges,
            taxable: step(shown.taxable, steps.taxable, Reason::of_taxable(steps))?,
            taxes: quoted_taxes(steps, &shown)?,
            tax: step(shown.tax, steps.tax, Reason::of_tax(steps))?,
            late_fee: step(
                shown.late_fee,
                steps.late_fee.exact,
                Reason::of_late_fee(invoice, policy, steps.nothing_outstanding()),
            )?,
            total: step(shown.total, steps.total, Reason::Rounded(policy.rounding))?,
            prepaid: precision.shown(steps.prepaid, "prepayments")?,
            cash_rounding: precision.shown(cash_rounding, "cash rounding")?,
            due: precision.shown(due, "due")?,
        })
    }
}

impl Shown {
    fn of(steps: &Steps, discount: Money, charge: Money) -> Result<Self, PricingError> {
        let precision = steps.precision;
        let total = precision.to_minor_units(steps.total, "total")?;
        let added_tax = if steps.prices_include_tax {
            Money::ZERO
        } else {
            steps.tax
        };
        let parts = [
            steps.subtotal,
            steps.tier_discount.carried.negated(),
            steps.loyalty_discount.carried.negated(),
            discount.negated(),
            charge,
            added_tax,
            steps.late_fee.carried,
        ];
        let shown = precision.adding_up(&parts, total)?;
        let before_tax = Money::sum(shown[..5].iter().copied(), "taxable")?;
        let (taxable, tax) = if steps.prices_include_tax {
            let tax = precision.to_minor_units(steps.tax, "tax")?;
            (before_tax.minus(tax, "taxable")?, tax)
        } else {
            (before_tax, shown[5])
        };
        Ok(Self {
            subtotal: shown[0],
            tier_discount: shown[1].negated(),
            loyalty_discount: shown[2].negated(),
            discount: shown[3].negated(),
            charge: shown[4],
            taxable,
            tax,
            late_fee: shown[6],
            total,
        })
    }
}

fn quoted_taxes(steps: &Steps, shown: &Shown) -> Result<Vec<QuotedTax>, PricingError> {
    let precision = steps.precision;
    let taxes = steps.taxes.iter();
    let carried: Vec<Money> = taxes.clone().map(|tax| tax.amount.carried).collect();
    let amounts = precision.adding_up(&carried, shown.tax)?;
    let bases = shown_bases(steps, shown.taxable, precision)?;
    let entries = taxes.zip(amounts).zip(bases);
    entries
        .map(|((tax, amount), base)| {
            Ok(QuotedTax {
                code: tax.listed.code.clone(),
                rate: tax.listed.rate,
                base: precision.shown(base, "tax base")?,
                amount: precision.shown(amount, "tax")?,
                exact: tax.amount.exact,
            })
        })
        .collect()
}

/// What bears each tax, adding up to the taxable amount where each amount bears one tax only.
fn shown_bases(
    steps: &Steps,
    taxable: Money,
    precision: Precision,
) -> Result<Vec<Money>, PricingError> {
    let taxes = steps.taxes.iter();
    if steps.bases_overlap {
        let rounded = taxes.map(|tax| precision.to_minor_units(tax.net, "tax base"));
        return rounded.collect();
    }
    if steps.prices_include_tax && precision.rounding.rule == RoundingRule::ShownAmounts {
        let nets = taxes.map(|tax| tax.bearing.minus(tax.amount.carried, "tax base"));
        return nets.collect();
    }
    let nets: Vec<Money> = taxes.map(|tax| tax.net).collect();
    precision.adding_up(&nets, taxable)
}

/// What rounding to what can be paid adds, and what is then due.
fn due(
    invoice: &Invoice,
    policy: &Policy,
    shown: &Shown,
    steps: &Steps,
) -> Result<(Money, Money), PricingError> {
    let rest = shown.total.minus(steps.prepaid, "due")?;
    if let Some(stated) = invoice.payable_rounding() {
        let rounding = "payable rounding";
        let stated = steps.precision.to_minor_units(stated.into(), rounding)?;
        return Ok((stated, rest.plus(stated, "due")?));
    }
    let currency = invoice.currency().or(policy.currency);
    let step = policy.cash_step.filter(|_| currency == policy.currency);
    let Some(step) = step.map(Money::from) else {
        return Ok((Money::ZERO, rest));
    };
    let coins = rest.divided_by(step, "due")?;
    let coins = coins.rounded(0, policy.rounding.mode, "due")?;
    let due = coins.times(step, "due")?;
    Ok((due.minus(rest, "cash rounding")?, due))
}
