//! The impact of a change as text for people.

use super::report::{Absent, Change, Impact, InCurrency, Percentiles, Side};
use crate::policy;
use crate::write::{Align, aligned, printable};

/// So many of the invoices that one side lacks are named.
const NAMED_MAX: usize = 10;

/// The impact as aligned text, ending with a line end.
#[must_use]
pub fn table(impact: &Impact) -> String {
    let sides = [("before", &impact.before), ("after", &impact.after)];
    let sides = sides.map(|(when, side)| vec![when.to_owned(), side_name(side)]);
    let mut text = aligned(sides.to_vec(), &[Align::Left, Align::Left]);
    if !impact.rules.is_empty() {
        let rows = impact.rules.iter().map(rule_row).collect();
        text += &titled("Rules that differ", &aligned(rows, &[Align::Left; 4]));
    }
    text += &titled(&summary(impact), "");
    for (title, absent) in [
        ("Missing after", &impact.missing),
        ("Added after", &impact.added),
    ] {
        if absent.invoices > 0 {
            text += &titled(title, &names(absent));
        }
    }
    for currency in impact.currencies.iter().filter(|of| of.invoices > 0) {
        text += &in_currency(currency, impact.currencies.len() > 1);
    }
    text
}

/// A side's name, with the beginning of its hash.
pub(super) fn side_name(side: &Side) -> String {
    match &side.hash {
        Some(hash) => format!("{} ({})", side.name, hash.get(..12).unwrap_or(hash)),
        None => side.name.clone(),
    }
}

/// What happens to how many invoices, on one line.
pub(super) fn summary(impact: &Impact) -> String {
    let of_invoices = if impact.invoices == 1 {
        "invoice"
    } else {
        "invoices"
    };
    let others = [
        ("totals kept while steps move", impact.moved_within),
        ("missing after", impact.missing.invoices),
        ("added after", impact.added.invoices),
    ];
    let others = others.iter().filter(|(_, count)| *count > 0);
    let others = others.map(|(what, count)| format!("; {what}: {count}"));
    format!(
        "{} {of_invoices} compared; totals that change: {}{}",
        impact.invoices,
        impact.changed,
        others.collect::<Vec<_>>().concat()
    )
}

fn titled(title: &str, text: &str) -> String {
    format!("\n{title}\n{text}")
}

fn rule_row(difference: &policy::Difference) -> Vec<String> {
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
    vec![
        difference.field.clone(),
        value(&difference.before),
        "→".to_owned(),
        value(&difference.after),
    ]
}

fn names(absent: &Absent) -> String {
    let named = absent.first.iter().take(NAMED_MAX);
    let mut lines: Vec<String> = named.map(|id| format!(" {}\n", printable(id))).collect();
    let more = absent.invoices.saturating_sub(NAMED_MAX as u64);
    if more > 0 {
        lines.push(format!(" and {more} more\n"));
    }
    lines.concat()
}

fn in_currency(of: &InCurrency, is_one_of_many: bool) -> String {
    let title = match of.currency {
        Some(currency) => format!("Totals in {currency}"),
        None if is_one_of_many => "Totals without a currency".to_owned(),
        None => "Totals".to_owned(),
    };
    let mut text = titled(&title, &totals(of));
    if !of.rules.is_empty() {
        text += &titled("By rule", &by_rule(of));
    }
    if of.changed > 0 && !of.tiers.is_empty() {
        text += &titled("By tier", &by_tier(of));
    }
    if let Some(percentiles) = &of.percentiles {
        text += &titled("Changes by size", &sizes(percentiles));
    }
    if !of.largest.is_empty() {
        let title = format!("Largest changes, {} of {}", of.largest.len(), of.changed);
        let rows = of.largest.iter().map(change_row).collect();
        let columns = [
            Align::Left,
            Align::Left,
            Align::Right,
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Left,
        ];
        text += &titled(&title, &aligned(rows, &columns));
    }
    text
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn totals(of: &InCurrency) -> String {
    let count = |count: u64| count.to_string();
    let rows = vec![
        row(["", "invoices", "amount"]),
        row(["before", &count(of.invoices), &of.before.to_string()]),
        row(["after", &count(of.invoices), &of.after.to_string()]),
        row(["difference", &count(of.changed), &of.difference.signed()]),
        row([
            "  raised",
            &count(of.raised.invoices),
            &of.raised.amount.signed(),
        ]),
        row([
            "  lowered",
            &count(of.lowered.invoices),
            &of.lowered.amount.signed(),
        ]),
        row(["  by one minor unit", &count(of.by_one_minor_unit), ""]),
    ];
    aligned(rows, &[Align::Left, Align::Right, Align::Right])
}

fn by_rule(of: &InCurrency) -> String {
    let mut rows = vec![row(["", "moved", "begins here", "amount"])];
    rows.extend(of.rules.iter().map(|by| {
        let (moved, begins) = (by.moved.to_string(), by.begins.to_string());
        row([by.rule.name(), &moved, &begins, &by.difference.signed()])
    }));
    aligned(
        rows,
        &[Align::Left, Align::Right, Align::Right, Align::Right],
    )
}

fn by_tier(of: &InCurrency) -> String {
    let mut rows = vec![row(["", "invoices", "change", "amount"])];
    rows.extend(of.tiers.iter().map(|tier| {
        let (invoices, changed) = (tier.invoices.to_string(), tier.changed.to_string());
        row([&tier.tier, &invoices, &changed, &tier.difference.signed()])
    }));
    aligned(
        rows,
        &[Align::Left, Align::Right, Align::Right, Align::Right],
    )
}

fn sizes(percentiles: &Percentiles) -> String {
    let all = percentiles.all();
    let rows = vec![
        all.map(|(name, _)| name.to_owned()).to_vec(),
        all.map(|(_, units)| units.signed()).to_vec(),
    ];
    aligned(rows, &[Align::Right; 7])
}

fn change_row(change: &Change) -> Vec<String> {
    let rules: Vec<&str> = change.rules.iter().map(|rule| rule.name()).collect();
    vec![
        change.invoice_id.clone(),
        change.tier.clone().unwrap_or_default(),
        change.before.to_string(),
        "→".to_owned(),
        change.after.to_string(),
        change.difference.signed(),
        rules.join(", "),
    ]
}
