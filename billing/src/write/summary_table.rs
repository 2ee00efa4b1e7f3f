//! What a book comes to, for people and for programs.

use std::path::Path;

use pricing::{Amounts, BookSummary, CurrencySummary, Sum};

use super::rounding_table::{self, is_json, write_report};
use super::target::Target;
use super::text::{Align, aligned};
use crate::error::Error;

/// `summary` for the file at `path`: JSON when that is asked for or the file's extension, otherwise a
/// table.
pub fn write_summary(
    summary: &BookSummary,
    as_json: Option<bool>,
    path: &Path,
) -> Result<Target, Error> {
    let as_json = as_json.unwrap_or_else(|| is_json(path));
    write_report(summary, || summary_table(summary), as_json, path)
}

/// The summary as aligned text.
#[must_use]
pub fn summary_table(summary: &BookSummary) -> String {
    let currencies = summary.currencies();
    if currencies.is_empty() {
        return "no invoices\n".to_owned();
    }
    let parts = currencies.iter();
    let parts = parts.map(|of| in_currency(of, currencies.len() > 1));
    parts.collect::<Vec<_>>().join("\n")
}

fn in_currency(of: &CurrencySummary, is_one_of_many: bool) -> String {
    let title = match of.currency {
        Some(currency) => format!("Totals in {currency}"),
        None if is_one_of_many => "Totals without a currency".to_owned(),
        None => "Totals".to_owned(),
    };
    let mut text = format!("{title}\n{}", by_tier(of));
    if !of.taxes.is_empty() {
        text.extend(["\nTaxes\n", &taxes(of)]);
    }
    if of.rounding.by_rule().next().is_some() {
        let moved = rounding_table::table(&of.rounding);
        text.extend(["\nMoved by rounding\n", &moved]);
    }
    text
}

/// A column of the table of tiers, and whether it says something of these sums.
struct Column {
    name: &'static str,
    cell: fn(&Amounts) -> String,
    says_something: fn(&Amounts) -> bool,
}

const COLUMNS: [Column; 14] = [
    always("invoices", |of| of.invoices.to_string()),
    Column {
        name: "credit notes",
        cell: |of| of.credit_notes.to_string(),
        says_something: |of| of.credit_notes > 0,
    },
    always("subtotal", |of| of.subtotal.to_string()),
    always("tier discount", |of| taken_off(&of.tier_discount)),
    always("loyalty discount", |of| taken_off(&of.loyalty_discount)),
    Column {
        name: "discounts",
        cell: |of| taken_off(&of.discount),
        says_something: |of| !of.discount.is_zero(),
    },
    Column {
        name: "charges",
        cell: |of| of.charge.to_string(),
        says_something: |of| !of.charge.is_zero(),
    },
    always("taxable", |of| of.taxable.to_string()),
    always("tax", |of| of.tax.to_string()),
    always("late fees", |of| of.late_fee.to_string()),
    always("total", |of| of.total.to_string()),
    Column {
        name: "prepaid",
        cell: |of| taken_off(&of.prepaid),
        says_something: |of| !of.prepaid.is_zero(),
    },
    Column {
        name: "cash rounding",
        cell: |of| of.cash_rounding.to_string(),
        says_something: |of| !of.cash_rounding.is_zero(),
    },
    Column {
        name: "due",
        cell: |of| of.due.to_string(),
        says_something: |of| of.due != of.total,
    },
];

const fn always(name: &'static str, cell: fn(&Amounts) -> String) -> Column {
    Column {
        name,
        cell,
        says_something: |_| true,
    }
}

fn by_tier(of: &CurrencySummary) -> String {
    let says_something = |column: &&Column| (column.says_something)(&of.all);
    let columns: Vec<&Column> = COLUMNS.iter().filter(says_something).collect();
    let header = columns.iter().map(|column| column.name.to_owned());
    let row = |name: &str, amounts: &Amounts| {
        let cells = columns.iter().map(|column| (column.cell)(amounts));
        std::iter::once(name.to_owned()).chain(cells).collect()
    };
    let mut rows = vec![std::iter::once("tier".to_owned()).chain(header).collect()];
    rows.extend(of.tiers.iter().map(|(tier, amounts)| row(tier, amounts)));
    rows.push(row("all", &of.all));
    aligned(rows, &amount_columns(columns.len() + 1))
}

fn taxes(of: &CurrencySummary) -> String {
    let header = ["tax", "rate", "base", "amount"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for (code, by_rate) in &of.taxes {
        rows.extend(by_rate.iter().map(|(rate, amounts)| {
            let amounts = [amounts.base.to_string(), amounts.tax.to_string()];
            [vec![code.clone(), rate.to_string()], amounts.to_vec()].concat()
        }));
    }
    aligned(rows, &amount_columns(header.len()))
}

/// A name, and amounts behind it.
fn amount_columns(count: usize) -> Vec<Align> {
    let mut columns = vec![Align::Right; count];
    columns[0] = Align::Left;
    columns
}

/// An amount that is taken off, as it changes the total.
fn taken_off(sum: &Sum) -> String {
    let text = sum.to_string();
    match text.strip_prefix('-') {
        Some(added) => added.to_owned(),
        None if sum.is_zero() => text,
        None => format!("-{text}"),
    }
}
