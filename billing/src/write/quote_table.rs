//! A quote for people: each step with its reason.

use pricing::{Quote, Step};
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
        let reason = format!("{} × {}", line.quantity, line.unit_price);
        let name = if line.sku.is_empty() {
            "line item"
        } else {
            &line.sku
        };
        rows.push(row([
            name,
            &line.exact.to_string(),
            &line.amount.to_string(),
            &reason,
        ]));
    }
    for (name, sign, step) in steps(quote) {
        rows.push(step_row(name, sign, step));
    }
    if detail == Detail::Shown {
        columns.remove(1);
        for row in &mut rows {
            row.remove(1);
        }
    }
    let title = format!("Invoice {}\n\n", printable(&quote.invoice_id));
    title + &aligned(rows, &columns)
}

/// The steps in their order, with the sign under which each enters the total.
pub(super) fn steps(quote: &Quote) -> [(&'static str, &'static str, &Step); 7] {
    [
        ("subtotal", "", &quote.subtotal),
        ("tier discount", "-", &quote.tier_discount),
        ("loyalty discount", "-", &quote.loyalty_discount),
        ("taxable", "", &quote.taxable),
        ("tax", "+", &quote.tax),
        ("late fee", "+", &quote.late_fee),
        ("total", "", &quote.total),
    ]
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
