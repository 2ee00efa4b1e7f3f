//! The rows of a quote, whatever form they are shown in.

use pricing::{Quote, QuotedLine, QuotedTax, Step};
use rust_decimal::Decimal;
use serde::Serialize;

/// One amount with its name and its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its name, such as `tier discount`.
    pub name: String,
    /// The amount, with the sign under which it enters the total; may be empty.
    pub amount: String,
    /// Why it is this amount; may be empty.
    pub reason: String,
}

impl Row {
    fn new(name: &str, amount: String, reason: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            amount,
            reason: reason.into(),
        }
    }
}

/// How an amount enters the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    Plain,
    Added,
    TakenOff,
}

/// A line item: its amount before its discounts and charges, and these with the net, if any.
pub(crate) fn line(line: &QuotedLine) -> (String, Vec<Row>) {
    let Some(gross) = &line.gross else {
        return (line.amount.to_string(), Vec::new());
    };
    let discounts = line.discounts.iter();
    let mut rows: Vec<Row> = discounts
        .map(|discount| step("discount", Sign::TakenOff, discount))
        .collect();
    let charges = line.charges.iter();
    rows.extend(charges.map(|charge| step("charge", Sign::Added, charge)));
    rows.push(Row::new("net", line.amount.to_string(), ""));
    (gross.amount.to_string(), rows)
}

/// The steps from the subtotal to what is due. Those that only documents with discounts, charges,
/// several taxes or prepayments have are left out of the others.
pub(crate) fn steps(quote: &Quote) -> Vec<Row> {
    use Sign::{Added, Plain, TakenOff};
    let mut rows = vec![
        step("subtotal", Plain, &quote.subtotal),
        step("tier discount", TakenOff, &quote.tier_discount),
        step("loyalty discount", TakenOff, &quote.loyalty_discount),
    ];
    let discounts = quote.discounts.iter();
    rows.extend(discounts.map(|discount| step("discount", TakenOff, discount)));
    let charges = quote.charges.iter();
    rows.extend(charges.map(|charge| step("charge", Added, charge)));
    if quote.prices_include_tax {
        rows.push(step("tax included", TakenOff, &quote.tax));
    }
    rows.push(step("taxable", Plain, &quote.taxable));
    rows.push(step("tax", Added, &quote.tax));
    if quote.taxes.len() > 1 {
        rows.extend(quote.taxes.iter().map(tax));
    }
    rows.push(step("late fee", Added, &quote.late_fee));
    rows.push(step("total", Plain, &quote.total));
    rows.extend(due(quote));
    rows
}

/// The steps as the document's reader sees them: without what the customer does not earn or owe.
pub(crate) fn steps_of_document(quote: &Quote) -> Vec<Row> {
    let nothing = [
        ("tier discount", &quote.tier_discount),
        ("loyalty discount", &quote.loyalty_discount),
        ("late fee", &quote.late_fee),
    ];
    let is_shown = |row: &Row| {
        let is_nothing = |(name, step): &(&str, &Step)| *name == row.name && step.amount.is_zero();
        !nothing.iter().any(is_nothing)
    };
    steps(quote).into_iter().filter(is_shown).collect()
}

/// The tax of one code, where there are several.
fn tax(tax: &QuotedTax) -> Row {
    let reason = format!("of which {}: {} of {}", tax.amount, tax.rate, tax.base);
    Row::new(&format!("  {}", tax.code), String::new(), reason)
}

/// What is left to pay, where it is not the total.
fn due(quote: &Quote) -> Vec<Row> {
    if quote.prepaid.is_zero() && quote.cash_rounding.is_zero() {
        return Vec::new();
    }
    let row = |name, sign, amount, reason| Row::new(name, signed(sign, amount), reason);
    let mut rows = Vec::new();
    if !quote.prepaid.is_zero() {
        rows.push(row(
            "prepaid",
            Sign::TakenOff,
            quote.prepaid,
            "already paid",
        ));
    }
    if !quote.cash_rounding.is_zero() {
        let reason = "to what can be paid";
        rows.push(row(
            "cash rounding",
            Sign::Added,
            quote.cash_rounding,
            reason,
        ));
    }
    rows.push(row(
        "due",
        Sign::Plain,
        quote.due,
        "total, less what is paid",
    ));
    rows
}

fn step(name: &str, sign: Sign, step: &Step) -> Row {
    Row::new(name, signed(sign, step.amount), step.reason.to_string())
}

/// The amount as it changes the total: what is taken off is below zero, what is added has a plus.
fn signed(sign: Sign, amount: Decimal) -> String {
    let change = if sign == Sign::TakenOff {
        -amount
    } else {
        amount
    };
    match sign {
        _ if amount.is_zero() => amount.to_string(),
        Sign::Plain => amount.to_string(),
        Sign::Added | Sign::TakenOff if change.is_sign_positive() => format!("+{change}"),
        Sign::Added | Sign::TakenOff => change.to_string(),
    }
}
