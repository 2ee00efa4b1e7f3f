//! Totals of plain invoices, set apart until it is known that their book has had none of them before.

use super::recent::BlockIds;

/// Totals that follow one another in a book.
#[derive(Debug, Default)]
pub(crate) struct PlainTotals {
    names: Vec<u8>,
    /// Where each name ends.
    ends: Vec<usize>,
    /// The totals in minor units.
    units: Vec<i64>,
    /// The rows of the first ones, at most so many as are wanted.
    rows: Vec<u64>,
    rows_wanted: usize,
    ids: BlockIds,
}

impl PlainTotals {
    /// Adds the identifier of an invoice.
    pub(super) fn add_name(&mut self, invoice_id: &str) {
        self.names.extend_from_slice(invoice_id.as_bytes());
        self.ends.push(self.names.len());
    }

    /// Adds identifiers that stand side by side, and where each ends.
    pub(super) fn add_names(&mut self, names: &str, ends: impl Iterator<Item = usize>) {
        let before = self.names.len();
        self.names.extend_from_slice(names.as_bytes());
        self.ends.extend(ends.map(|end| before + end));
    }

    /// From here on the rows of so many invoices are wanted.
    pub(super) fn want_rows(&mut self, count: usize) {
        self.rows_wanted = count;
    }

    /// Adds the totals in minor units of the invoices whose identifiers were added, and the rows in which
    /// they begin.
    pub(super) fn add_units(&mut self, units: &[i64], rows: impl Iterator<Item = u64>) {
        self.units.extend_from_slice(units);
        self.rows.extend(rows.take(self.rows_wanted));
        let mut ids = std::mem::take(&mut self.ids).cleared();
        ids.add_all(self.iter().map(|(id, _)| id));
        self.ids = ids;
    }

    pub(crate) fn count(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn ids(&self) -> &BlockIds {
        &self.ids
    }

    /// The invoices' identifiers side by side.
    pub(crate) fn names(&self) -> &[u8] {
        &self.names
    }

    /// The invoices' identifiers with their totals in minor units.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], i64)> {
        let mut start = 0;
        let names = self.ends.iter().map(move |end| {
            let name = &self.names[start..*end];
            start = *end;
            name
        });
        names.zip(self.units.iter().copied())
    }

    /// The first invoices' identifiers with the rows in which they begin.
    pub(super) fn places(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let names = self.iter().map(|(name, _)| name);
        names.zip(self.rows.iter().copied())
    }

    /// None, in the same memory.
    pub(crate) fn cleared(mut self) -> Self {
        self.names.clear();
        self.ends.clear();
        self.units.clear();
        self.rows.clear();
        Self {
            ids: self.ids.cleared(),
            ..self
        }
    }
}
