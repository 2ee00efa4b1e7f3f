//! An explanation: an invoice, its policy, its quote and the trace of every amount. As a table it is
//! for people; as JSON it can be replayed.

use pricing::{Entry, Invoice, Policy, PricingEngine, PricingError, Quote, Trace};
use serde::Serialize;

use super::quote_table::title;
use super::text::{Align, aligned, printable};

/// All that an invoice's price follows from, and how.
#[derive(Debug, Serialize)]
pub struct Explanation<'a> {
    /// The invoice.
    pub invoice: &'a Invoice,
    /// The rules.
    pub policy: &'a Policy,
    /// The price.
    pub quote: Quote,
    /// How each amount came about.
    pub trace: Trace,
}

impl<'a> Explanation<'a> {
    /// Prices `invoice` and explains it.
    pub fn of(invoice: &'a Invoice, engine: &'a PricingEngine) -> Result<Self, PricingError> {
        Ok(Self {
            invoice,
            policy: engine.policy(),
            quote: engine.quote(invoice)?,
            trace: engine.trace(invoice)?,
        })
    }

    /// The explanation as aligned text: for each amount its formula, what it exactly is, what is
    /// shown, the part of a cent that rounding moved, and the rule.
    #[must_use]
    pub fn table(&self) -> String {
        let header = ["", "formula", "exact", "shown", "moved", "rule"];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        rows.extend(self.trace.entries.iter().map(row));
        let columns = [
            Align::Left,
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
            Align::Left,
        ];
        let policy = printable(&self.trace.policy.to_string()).into_owned();
        let rounding = self.trace.rounding;
        let heading = format!("{}Policy {policy}, {rounding}\n\n", title(&self.quote));
        heading + &aligned(rows, &columns)
    }

    /// A row of CSV for each amount.
    pub(super) fn rows(&self) -> Vec<Vec<String>> {
        let entries = self.trace.entries.iter();
        entries.map(|entry| self.csv_row(entry)).collect()
    }

    fn csv_row(&self, entry: &Entry) -> Vec<String> {
        let rate = entry.rate.map(|rate| rate.fraction().to_string());
        let shown = entry.shown.map(|shown| shown.to_string());
        let moved = entry.moved.map(|moved| moved.to_string());
        vec![
            self.quote.invoice_id.clone(),
            self.trace.policy.hash.clone(),
            entry.step.clone(),
            entry.base.clone().unwrap_or_default(),
            rate.unwrap_or_default(),
            entry.formula.to_string(),
            entry.exact.to_string(),
            shown.unwrap_or_default(),
            moved.unwrap_or_default(),
            entry.rule.clone(),
        ]
    }
}

/// The columns of an explanation in CSV.
pub(super) const COLUMNS: &[&str] = &[
    "invoice_id",
    "policy_hash",
    "step",
    "base",
    "rate",
    "formula",
    "exact",
    "shown",
    "moved",
    "rule",
];

fn row(entry: &Entry) -> Vec<String> {
    let shown = entry.shown.map(|shown| shown.to_string());
    let moved = entry.moved.filter(|moved| !moved.is_zero());
    vec![
        entry.step.clone(),
        entry.formula.to_string(),
        entry.exact.to_string(),
        shown.unwrap_or_default(),
        moved.map(|moved| format!("{moved:+}")).unwrap_or_default(),
        entry.rule.clone(),
    ]
}
