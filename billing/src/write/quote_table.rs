//! A quote for people: each step with its reason.

use pricing::{DocumentKind, Quote, QuotedLine, QuotedTax, Step};
use rust_decimal::Decimal;

use super::text::{Align, aligned, printable};

/// How much of a quote is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The shown amounts and their reasons.
    Shown,
    /// The exact amounts beside them.
    Exact,
}

/// The quote as aligned text, ending with a line end.
#[must_use]
pub fn quote_table(quote: &Quote, detail: Detail) -> String {
    let mut rows = Vec::new();
    let mut columns = vec![Align::Left, Align::Right, Align::Right, Align::Left];
    if detail == Detail::Exact {
        rows.push(row(["", "exact", "shown", "reason"]));
    }
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
    if detail == Detail::Shown {
        columns.remove(1);
        for row in &mut rows {
            row.remove(1);
        }
    }
    title(quote) + &aligned(rows, &columns)
}

/// What the document is, and in which currency.
fn title(quote: &Quote) -> String {
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
    let net = |name: &str, reason: &str| {
        let (exact, amount) = (line.exact.to_string(), line.amount.to_string());
        row([name, &exact, &amount, reason])
    };
    let Some(gross) = &line.gross else {
        return vec![net(name, &factors)];
    };
    let (exact, amount) = (gross.exact.to_string(), gross.amount.to_string());
    let mut rows = vec![row([name, &exact, &amount, &factors])];
    let discounts = line.discounts.iter();
    rows.extend(discounts.map(|discount| step_row("  discount", "-", discount)));
    let charges = line.charges.iter();
    rows.extend(charges.map(|charge| step_row("  charge", "+", charge)));
    rows.push(net("  net", ""));
    rows
}

/// The tax of one code, where there are several.
fn tax_row(tax: &QuotedTax) -> Vec<String> {
    let (exact, amount) = (tax.exact.to_string(), tax.amount.to_string());
    let reason = format!("of which {amount}: {} of {}", tax.rate, tax.base);
    row([&format!("  {}", tax.code), &exact, "", &reason])
}

/// What is left to pay, where it is not the total.
fn due_rows(quote: &Quote) -> Vec<Vec<String>> {
    if quote.due == quote.total.amount {
        return Vec::new();
    }
    let amount = |name, sign: &str, amount: Decimal, reason| {
        row([name, "", &format!("{sign}{amount}"), reason])
    };
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
pub(super) fn steps(quote: &Quote) -> Vec<(String, &'static str, &Step)> {
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
    let exact_sign = if step.exact.is_zero() { "" } else { sign };
    let sign = if step.amount == Decimal::ZERO {
        ""
    } else {
        sign
    };
    row([
        name,
        &format!("{exact_sign}{}", step.exact),
        &format!("{sign}{}", step.amount),
        &step.reason.to_string(),
    ])
}

fn row(cells: [&str; 4]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}
