//! A quote for people: each step with its reason.

use pricing::{DocumentKind, Quote, QuotedLine, QuotedTax, Step};
use rust_decimal::Decimal;

use super::text::{Align, aligned, printable};

/// The quote as aligned text, ending with a line end.
#[must_use]
pub fn quote_table(quote: &Quote) -> String {
    let mut rows = Vec::new();
    for line in &quote.lines {
        rows.extend(line_rows(line));
    }
    for (name, sign, step) in steps(quote) {
        rows.push(step_row(&name, sign, step));
        if name == "tax" && quote.taxes.len() > 1 {
            rows.extend(quote.taxes.iter().map(tax_row));
        }
    }
    rows.extend(due_rows(quote));
    title(quote) + &aligned(rows, &[Align::Left, Align::Right, Align::Left])
}

/// What the document is, and in which currency.
pub(super) fn title(quote: &Quote) -> String {
    let kind = match quote.kind {
        DocumentKind::Invoice => "Invoice",
        DocumentKind::CreditNote => "Credit note",
    };
    let currency = quote.currency.map(|currency| format!(", {currency}"));
    let id = printable(&quote.invoice_id);
    format!("{kind} {id}{}\n\n", currency.unwrap_or_default())
}

/// A line item: its net, or what it is before its discounts and charges, these, and then its net.
fn line_rows(line: &QuotedLine) -> Vec<Vec<String>> {
    let name = if line.sku.is_empty() {
        "line item"
    } else {
        &line.sku
    };
    let factors = format!("{} × {}", line.quantity, line.unit_price);
    let net = |name: &str, reason: &str| row([name, &line.amount.to_string(), reason]);
    let Some(gross) = &line.gross else {
        return vec![net(name, &factors)];
    };
    let mut rows = vec![row([name, &gross.amount.to_string(), &factors])];
    let discounts = line.discounts.iter();
    rows.extend(discounts.map(|discount| step_row("  discount", "-", discount)));
    let charges = line.charges.iter();
    rows.extend(charges.map(|charge| step_row("  charge", "+", charge)));
    rows.push(net("  net", ""));
    rows
}

/// The tax of one code, where there are several.
fn tax_row(tax: &QuotedTax) -> Vec<String> {
    let reason = format!("of which {}: {} of {}", tax.amount, tax.rate, tax.base);
    row([&format!("  {}", tax.code), "", &reason])
}

/// What is left to pay, where it is not the total.
fn due_rows(quote: &Quote) -> Vec<Vec<String>> {
    if quote.due == quote.total.amount {
        return Vec::new();
    }
    let amount =
        |name, sign: &str, amount: Decimal, reason| row([name, &format!("{sign}{amount}"), reason]);
    let mut rows = Vec::new();
    if !quote.prepaid.is_zero() {
        rows.push(amount("prepaid", "-", quote.prepaid, "already paid"));
    }
    if !quote.cash_rounding.is_zero() {
        let sign = if quote.cash_rounding.is_sign_positive() {
            "+"
        } else {
            ""
        };
        rows.push(amount(
            "cash rounding",
            sign,
            quote.cash_rounding,
            "to the smallest coin",
        ));
    }
    rows.push(amount("due", "", quote.due, "total, less what is paid"));
    rows
}

/// The steps in their order, with the sign under which each enters the total. Those that only
/// documents with discounts, charges or several taxes have are left out of the others.
fn steps(quote: &Quote) -> Vec<(String, &'static str, &Step)> {
    let named = |name: &str, sign, step| (name.to_owned(), sign, step);
    let mut steps = vec![
        named("subtotal", "", &quote.subtotal),
        named("tier discount", "-", &quote.tier_discount),
        named("loyalty discount", "-", &quote.loyalty_discount),
    ];
    steps.extend(
        quote
            .discounts
            .iter()
            .map(|step| named("discount", "-", step)),
    );
    steps.extend(quote.charges.iter().map(|step| named("charge", "+", step)));
    if quote.prices_include_tax {
        steps.push(named("tax included", "-", &quote.tax));
    }
    steps.push(named("taxable", "", &quote.taxable));
    steps.push(named("tax", "+", &quote.tax));
    steps.push(named("late fee", "+", &quote.late_fee));
    steps.push(named("total", "", &quote.total));
    steps
}

fn step_row(name: &str, sign: &str, step: &Step) -> Vec<String> {
    let sign = if step.amount == Decimal::ZERO {
        ""
    } else {
        sign
    };
    row([
        name,
        &format!("{sign}{}", step.amount),
        &step.reason.to_string(),
    ])
}

fn row(cells: [&str; 3]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}
