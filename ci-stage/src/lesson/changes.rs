//! What differs between two tables of amounts.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

/// The rows whose amount differs.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub(super) struct Changes {
    /// How many rows were compared.
    pub(super) rows: usize,
    /// The heads of the columns that say what a row is.
    pub(super) columns: Vec<String>,
    /// The rows that differ.
    pub(super) changed: Vec<Change>,
    /// The sum of the differences.
    #[serde(serialize_with = "as_text")]
    pub(super) total: Decimal,
}

/// A row whose amount differs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Change {
    /// What the row is: all columns but the last.
    pub(super) labels: Vec<String>,
    /// The amount in the first table.
    #[serde(serialize_with = "as_text")]
    pub(super) before: Decimal,
    /// The amount in the second table.
    #[serde(serialize_with = "as_text")]
    pub(super) after: Decimal,
    /// The second less the first.
    #[serde(serialize_with = "as_text")]
    pub(super) difference: Decimal,
}

type Rows = BTreeMap<Vec<String>, Decimal>;

impl Changes {
    /// Compares two CSV tables with a head: the last column is an amount, the others name the row.
    pub(super) fn between(before: &str, after: &str) -> Result<Self, String> {
        let (columns, old) = table(before)?;
        let (_, new) = table(after)?;
        if old.keys().ne(new.keys()) {
            return Err("the two tables have different rows".to_owned());
        }
        let changed = old.iter().filter_map(|(labels, &before)| {
            let after = *new.get(labels)?;
            (before != after).then(|| Change {
                labels: labels.clone(),
                before,
                after,
                difference: after - before,
            })
        });
        let changed: Vec<Change> = changed.collect();
        Ok(Self {
            rows: old.len(),
            columns,
            total: changed.iter().map(|change| change.difference).sum(),
            changed,
        })
    }
}

/// A JSON number could lose digits.
fn as_text<S: serde::Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

fn table(text: &str) -> Result<(Vec<String>, Rows), String> {
    let mut lines = text.lines();
    let mut columns = fields(lines.next().unwrap_or_default());
    columns.pop();
    let mut rows = Rows::new();
    for (place, line) in lines.enumerate() {
        let mut labels = fields(line);
        let amount = labels.pop().unwrap_or_default();
        let amount = amount.parse().map_err(|_| {
            format!(
                "line {}: the last column, `{amount}`, is not an amount",
                place + 2
            )
        })?;
        rows.insert(labels, amount);
    }
    Ok((columns, rows))
}

fn fields(line: &str) -> Vec<String> {
    line.split(',').map(str::to_owned).collect()
}

impl fmt::Display for Changes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changed.is_empty() {
            return write!(
                out,
                "none of {} rows changes: nobody pays another amount",
                self.rows
            );
        }
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        let amounts = ["before", "after", "change"].map(str::to_owned);
        table.set_header(self.columns.iter().cloned().chain(amounts));
        for change in &self.changed {
            let amounts = [change.before, change.after, change.difference];
            let amounts = amounts.map(|amount| amount.to_string());
            table.add_row(change.labels.iter().cloned().chain(amounts));
        }
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        write!(
            out,
            "{} of {} rows change, by {} in all",
            self.changed.len(),
            self.rows,
            self.total
        )
    }
}

#[cfg(test)]
mod tests;
