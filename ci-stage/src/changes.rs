//! What differs between two tables of amounts.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use crate::exit::ExitCode;

/// The rows whose amount differs.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub(crate) struct Changes {
    /// How many rows were compared.
    pub(crate) rows: usize,
    /// The heads of the columns that say what a row is.
    pub(crate) columns: Vec<String>,
    /// The rows that differ.
    pub(crate) changed: Vec<Change>,
    /// Rows of the first table that the second does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) gone: Vec<Vec<String>>,
    /// Rows of the second table that the first does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) new: Vec<Vec<String>>,
    /// The sum of the differences.
    #[serde(serialize_with = "as_text")]
    pub(crate) total: Decimal,
}

/// A row whose amount differs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Change {
    /// What the row is: all columns but the last.
    pub(crate) labels: Vec<String>,
    /// The amount in the first table.
    #[serde(serialize_with = "as_text")]
    pub(crate) before: Decimal,
    /// The amount in the second table.
    #[serde(serialize_with = "as_text")]
    pub(crate) after: Decimal,
    /// The second less the first.
    #[serde(serialize_with = "as_text")]
    pub(crate) difference: Decimal,
}

type Rows = BTreeMap<Vec<String>, Decimal>;

impl Changes {
    /// Compares two CSV tables with a head: the last column is an amount, the others name the row.
    pub(crate) fn between(before: &str, after: &str) -> Result<Self, String> {
        let (columns, old) = table(before)?;
        let (_, new) = table(after)?;
        let absent = |rows: &Rows, from: &Rows| {
            let rows = rows.keys().filter(|labels| !from.contains_key(*labels));
            rows.cloned().collect()
        };
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
            gone: absent(&old, &new),
            new: absent(&new, &old),
            total: changed.iter().map(|change| change.difference).sum(),
            changed,
        })
    }

    /// Whether every row is in both tables with the same amount.
    pub(crate) fn is_none(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty() && self.new.is_empty()
    }

    /// What the price-impact gate makes of them: what moves no amount needs no person.
    pub(crate) fn gate(&self) -> ExitCode {
        if self.is_none() {
            ExitCode::Passed
        } else {
            ExitCode::WaitingForApproval
        }
    }

    /// The same in words.
    pub(crate) fn decision(&self) -> &'static str {
        if self.gate() == ExitCode::Passed {
            "PRICE IMPACT: no amount differs, nobody has to approve"
        } else {
            "PRICE IMPACT: amounts differ, a person has to approve (exit code 9)"
        }
    }

    /// The changes, the largest first.
    pub(crate) fn by_size(&self) -> Vec<&Change> {
        let mut changes: Vec<&Change> = self.changed.iter().collect();
        changes.sort_by_key(|change| std::cmp::Reverse(change.difference.abs()));
        changes
    }

    /// The rows that changed, as a table.
    pub(crate) fn table(&self, changes: &[&Change]) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        let amounts = ["before", "after", "change"].map(str::to_owned);
        table.set_header(self.columns.iter().cloned().chain(amounts));
        for change in changes {
            let amounts = [change.before, change.after, change.difference];
            let amounts = amounts.map(|amount| amount.to_string());
            table.add_row(change.labels.iter().cloned().chain(amounts));
        }
        let lines = table.lines().map(|line| line.trim_end().to_owned());
        lines.collect::<Vec<_>>().join("\n")
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
        let (labels, amount) = line.rsplit_once(',').unwrap_or(("", line));
        let labels = fields(labels);
        let amount = amount.parse().map_err(|_| {
            format!(
                "line {}: the last column, `{amount}`, is not an amount",
                place + 2
            )
        })?;
        if rows.insert(labels, amount).is_some() {
            return Err(format!("line {}: this row stands there twice", place + 2));
        }
    }
    Ok((columns, rows))
}

fn fields(line: &str) -> Vec<String> {
    line.split(',').map(str::to_owned).collect()
}

impl fmt::Display for Changes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return write!(
                out,
                "none of {} rows changes: nobody pays another amount",
                self.rows
            );
        }
        for (what, rows) in [("gone", &self.gone), ("new", &self.new)] {
            for labels in rows {
                writeln!(out, "{what}: {}", labels.join(", "))?;
            }
        }
        let changes: Vec<&Change> = self.changed.iter().collect();
        writeln!(out, "{}", self.table(&changes))?;
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
