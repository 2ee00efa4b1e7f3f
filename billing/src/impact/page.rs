//! The impact of a change as one page that needs nothing else: a histogram, sums and the list.

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::histogram::Bin;
use super::report::{Change, Impact, InCurrency};
use super::table::{side_name, summary};
use crate::policy;

const TEMPLATE: &str = "impact.html";

#[derive(Serialize)]
struct Page<'a> {
    before: String,
    after: String,
    summary: String,
    rules: &'a [policy::Difference],
    absent: [(&'static str, u64, &'a [String]); 2],
    currencies: Vec<Section<'a>>,
}

#[derive(Serialize)]
struct Section<'a> {
    currency: &'a str,
    sums: Vec<[String; 3]>,
    sizes: Vec<(&'static str, String)>,
    bars: Vec<Bar>,
    rules: Vec<[String; 4]>,
    tiers: Vec<[String; 4]>,
    changed: u64,
    changes: Vec<Row<'a>>,
}

/// One bin of the histogram.
#[derive(Serialize)]
struct Bar {
    label: String,
    invoices: u64,
    /// The bar's length, of 1000.
    length: u64,
    is_rise: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    invoice_id: &'a str,
    tier: &'a str,
    before: String,
    after: String,
    difference: String,
    rules: String,
}

/// The impact as a self-contained HTML page.
pub fn page(impact: &Impact) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_template(TEMPLATE, include_str!("../../templates/impact.html"))?;
    let page = Page {
        before: side_name(&impact.before),
        after: side_name(&impact.after),
        summary: summary(impact),
        rules: &impact.rules,
        absent: [
            (
                "Missing after",
                impact.missing.invoices,
                &impact.missing.first,
            ),
            ("Added after", impact.added.invoices, &impact.added.first),
        ],
        currencies: impact.currencies.iter().map(section).collect(),
    };
    let template = environment.get_template(TEMPLATE)?;
    let rendered = template.render(minijinja::value::Serde(page))?;
    Ok(rendered.trim_end().to_owned() + "\n")
}

fn section(of: &InCurrency) -> Section<'_> {
    let sum =
        |name: &str, invoices: u64, amount: String| [name.to_owned(), invoices.to_string(), amount];
    let sizes = of
        .percentiles
        .iter()
        .flat_map(super::report::Percentiles::all);
    Section {
        currency: of.currency.map_or("", pricing::Currency::code),
        sums: vec![
            sum("before", of.invoices, of.before.to_string()),
            sum("after", of.invoices, of.after.to_string()),
            sum("difference", of.changed, of.difference.signed()),
            sum("raised", of.raised.invoices, of.raised.amount.signed()),
            sum("lowered", of.lowered.invoices, of.lowered.amount.signed()),
            sum("by one minor unit", of.by_one_minor_unit, String::new()),
        ],
        sizes: sizes.map(|(name, units)| (name, units.signed())).collect(),
        bars: bars(&of.histogram),
        rules: of.rules.iter().map(rule_cells).collect(),
        tiers: of.tiers.iter().map(tier_cells).collect(),
        changed: of.changed,
        changes: of.largest.iter().map(change).collect(),
    }
}

fn rule_cells(by: &super::report::ByRule) -> [String; 4] {
    [
        by.rule.name().to_owned(),
        by.moved.to_string(),
        by.begins.to_string(),
        by.difference.signed(),
    ]
}

fn tier_cells(tier: &super::report::InTier) -> [String; 4] {
    [
        tier.tier.clone(),
        tier.invoices.to_string(),
        tier.changed.to_string(),
        tier.difference.signed(),
    ]
}

fn bars(bins: &[Bin]) -> Vec<Bar> {
    let most = bins
        .iter()
        .map(|bin| bin.invoices)
        .max()
        .unwrap_or(1)
        .max(1);
    let bars = bins.iter().map(|bin| Bar {
        label: format!("{} to {}", bin.beyond.signed(), bin.up_to.signed()),
        invoices: bin.invoices,
        // A bin that is not empty is seen.
        length: (bin.invoices.saturating_mul(1000) / most).max(u64::from(bin.invoices > 0) * 4),
        is_rise: bin.up_to.signed().starts_with('+'),
    });
    bars.collect()
}

fn change(change: &Change) -> Row<'_> {
    let rules: Vec<&str> = change.rules.iter().map(|rule| rule.name()).collect();
    Row {
        invoice_id: &change.invoice_id,
        tier: change.tier.as_deref().unwrap_or_default(),
        before: change.before.to_string(),
        after: change.after.to_string(),
        difference: change.difference.signed(),
        rules: rules.join(", "),
    }
}
