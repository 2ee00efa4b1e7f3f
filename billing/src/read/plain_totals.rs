//! Totals of plain invoices, set apart until it is known that their book has had none of them before.

use super::recent::BlockIds;

/// Totals that follow one another in a book.
#[derive(Debug, Default)]
pub(crate) struct PlainTotals {
    names: String,
    /// Where each name ends, with the total in minor units.
    ends: Vec<(usize, i64)>,
    /// The row of each.
    rows: Vec<u64>,
    pub(super) ids: BlockIds,
}

impl PlainTotals {
    /// Adds the total in minor units of the invoice that begins in this row.
    pub(super) fn add(&mut self, invoice_id: &str, units: i64, row: u64) {
        self.rows.push(row);
        self.ids.add(invoice_id.as_bytes());
        self.names.push_str(invoice_id);
        self.ends.push((self.names.len(), units));
    }

    pub(crate) fn count(&self) -> usize {
        self.ends.len()
    }

    /// The invoices' identifiers with their totals in minor units.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, i64)> {
        let starts = [0].into_iter().chain(self.ends.iter().map(|(end, _)| *end));
        let names = starts.zip(&self.ends);
        names.map(|(start, (end, units))| (&self.names[start..*end], *units))
    }

    /// The invoices' identifiers with the rows in which they begin.
    pub(super) fn places(&self) -> impl Iterator<Item = (&str, u64)> {
        let names = self.iter().map(|(name, _)| name);
        names.zip(self.rows.iter().copied())
    }

    /// None, in the same memory.
    pub(crate) fn cleared(mut self) -> Self {
        self.names.clear();
        self.ends.clear();
        self.rows.clear();
        Self {
            ids: self.ids.cleared(),
            ..self
        }
    }
}
