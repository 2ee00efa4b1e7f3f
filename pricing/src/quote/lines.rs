//! The lines of a quote.

use super::shown::sum;
use super::{QuotedLine, Reason, Step};
use crate::adjustment::Adjustment;
use crate::engine::LineAmounts;
use crate::error::PricingError;
use crate::invoice::{Invoice, LineItem};
use crate::money::Money;
use crate::rounding::{Derived, Precision};

/// The lines, adding up to `subtotal` as it is shown.
pub(super) fn quoted_lines(
    invoice: &Invoice,
    lines: &[LineAmounts],
    subtotal: Money,
    precision: Precision,
) -> Result<Vec<QuotedLine>, PricingError> {
    let nets: Vec<Money> = lines.iter().map(|line| line.net).collect();
    let shown = precision.adding_up(&nets, subtotal)?;
    let entries = invoice.items().iter().zip(lines).zip(shown);
    entries
        .map(|((item, line), shown)| quoted_line(item, line, shown, precision))
        .collect()
}

fn quoted_line(
    item: &LineItem,
    line: &LineAmounts,
    net: Money,
    precision: Precision,
) -> Result<QuotedLine, PricingError> {
    let is_plain = line.discounts.is_empty() && line.charges.is_empty();
    let (gross, discounts, charges) = if is_plain {
        (None, Vec::new(), Vec::new())
    } else {
        adjusted(item, line, net, precision)?
    };
    Ok(QuotedLine {
        sku: item.sku().to_owned(),
        unit_price: item.unit_price(),
        quantity: item.quantity(),
        gross,
        discounts,
        charges,
        amount: precision.shown(net, "line item")?,
        exact: line.net,
    })
}

type AdjustedLine = (Option<Step>, Vec<Step>, Vec<Step>);

fn adjusted(
    item: &LineItem,
    line: &LineAmounts,
    net: Money,
    precision: Precision,
) -> Result<AdjustedLine, PricingError> {
    let taken = sum(&line.discounts, "line discount")?;
    let added = sum(&line.charges, "line charge")?;
    let parts = [line.gross.carried, taken.negated(), added];
    let shown = precision.adding_up(&parts, net)?;
    let gross = precision.step(shown[0], line.gross.exact, Reason::Gross)?;
    let reasons = adjustment_reasons(item.discounts(), &line.discounts);
    let discounts = precision.steps(&line.discounts, shown[1].negated(), reasons)?;
    let reasons = adjustment_reasons(item.charges(), &line.charges);
    let charges = precision.steps(&line.charges, shown[2], reasons)?;
    Ok((Some(gross), discounts, charges))
}

/// Why the adjustments have these amounts.
pub(super) fn adjustment_reasons(
    adjustments: &[Adjustment],
    amounts: &[Derived],
) -> impl Iterator<Item = Reason> {
    adjustments
        .iter()
        .zip(amounts)
        .map(|(adjustment, amount)| Reason::of_adjustment(adjustment, amount))
}
