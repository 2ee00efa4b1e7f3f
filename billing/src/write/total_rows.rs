//! Totals of a block of invoices, written apart and in each output format, to be appended in order.

use std::io;

use rust_decimal::Decimal;

use super::columns::{ColumnRows, TOTAL_PLACES};
use super::format::{Encoding, OutputFormat};
use super::list::{ListFormat, ListWriter};
use super::pending::{AMOUNT_LETTERS, PLACES_MAX, Pending};
use super::prices::write_total;

/// Rows of totals that follow other rows.
#[derive(Debug)]
pub(crate) enum TotalRows {
    Text(TextRows),
    Columns(ColumnRows),
    /// Totals are not wanted.
    Nothing,
}

/// Rows of totals as text.
#[derive(Debug)]
pub(crate) struct TextRows {
    format: ListFormat,
    list: ListWriter<Vec<u8>>,
    /// The last rows, which follow those in the list.
    pending: Pending,
}

impl TotalRows {
    /// No rows yet, in the memory of rows that are no longer needed.
    pub(crate) fn new(format: Option<OutputFormat>, mut memory: Vec<u8>) -> Self {
        memory.clear();
        match format.map(OutputFormat::encoding) {
            Some(Encoding::Text(format)) => Self::Text(TextRows {
                format,
                list: ListWriter::of_more_rows(memory, format),
                pending: Pending::default(),
            }),
            Some(Encoding::Columns(_)) => Self::Columns(ColumnRows::of_totals()),
            None => Self::Nothing,
        }
    }

    /// The rows' text; of columns there is none.
    pub(crate) fn lines(&mut self) -> &[u8] {
        match self {
            Self::Text(rows) => rows.bytes(),
            Self::Columns(_) | Self::Nothing => &[],
        }
    }

    /// Its memory, for other rows.
    pub(crate) fn into_memory(self) -> Vec<u8> {
        match self {
            Self::Text(mut rows) => std::mem::take(rows.list().out()),
            Self::Columns(_) | Self::Nothing => Vec::new(),
        }
    }

    /// Adds an invoice's total.
    pub(crate) fn add(&mut self, invoice_id: &str, total: Decimal) -> io::Result<()> {
        match self {
            Self::Text(rows) => write_total(rows.list(), invoice_id, total),
            Self::Columns(rows) => rows.add_total(invoice_id, total),
            Self::Nothing => Ok(()),
        }
    }

    /// Adds totals in minor units of so many decimal places; `ids` are all identifiers side by side.
    pub(crate) fn add_all<'i>(
        &mut self,
        ids: &[u8],
        mut totals: impl Iterator<Item = (&'i [u8], i64)>,
        places: u32,
    ) -> io::Result<()> {
        match self {
            Self::Text(rows) if rows.is_quick(ids, places) => {
                let between = rows.between();
                totals.for_each(|(id, units)| rows.add_quickly(id, units, places, between));
                Ok(())
            }
            Self::Nothing => Ok(()),
            _ => totals.try_for_each(|(id, units)| self.add_units(id, units, places)),
        }
    }

    /// Adds a total in minor units of so many decimal places.
    #[inline]
    pub(crate) fn add_units(
        &mut self,
        invoice_id: &[u8],
        units: i64,
        places: u32,
    ) -> io::Result<()> {
        match self {
            Self::Text(rows) => rows.add_units(invoice_id, units, places),
            Self::Columns(rows) if places <= TOTAL_PLACES => {
                let id = String::from_utf8_lossy(invoice_id);
                let units = i128::from(units) * 10_i128.pow(TOTAL_PLACES - places);
                rows.add_total_units(&id, units);
                Ok(())
            }
            Self::Columns(rows) => {
                let id = String::from_utf8_lossy(invoice_id);
                rows.add_total(&id, Decimal::new(units, places))
            }
            Self::Nothing => Ok(()),
        }
    }
}

impl TextRows {
    /// The rows' text.
    pub(super) fn bytes(&mut self) -> &[u8] {
        self.list().out()
    }

    /// The list with all rows.
    fn list(&mut self) -> &mut ListWriter<Vec<u8>> {
        self.pending.flush(self.list.out());
        &mut self.list
    }

    #[inline]
    fn add_units(&mut self, invoice_id: &[u8], units: i64, places: u32) -> io::Result<()> {
        if !self.is_quick(invoice_id, places) {
            return self.add_slowly(invoice_id, units, places);
        }
        self.add_quickly(invoice_id, units, places, self.between());
        Ok(())
    }

    /// Whether such identifiers and amounts are written as they are.
    #[inline]
    fn is_quick(&self, ids: &[u8], places: u32) -> bool {
        let are_plain = ids.iter().fold(true, |plain, byte| plain & is_plain(*byte));
        are_plain && places <= PLACES_MAX && self.format != ListFormat::Table
    }

    /// What stands before, between and behind an identifier and its total.
    #[inline]
    fn between(&self) -> [&'static str; 3] {
        match self.format {
            ListFormat::Csv | ListFormat::Table => ["", ",", "\n"],
            ListFormat::Json => [",\n{\"invoice_id\":\"", "\",\"total\":\"", "\"}"],
            ListFormat::Ndjson => ["{\"invoice_id\":\"", "\",\"total\":\"", "\"}\n"],
        }
    }

    #[inline]
    fn add_quickly(&mut self, invoice_id: &[u8], units: i64, places: u32, between: [&str; 3]) {
        const AROUND: usize = 64;
        const LONG: usize = 1024;
        if !self.pending.has_room(LONG + AMOUNT_LETTERS + AROUND) {
            self.pending.flush(self.list.out());
        }
        let [start, middle, end] = between;
        let pending = &mut self.pending;
        pending.text(start.as_bytes());
        if invoice_id.len() <= LONG {
            pending.text(invoice_id);
        } else {
            pending.flush(self.list.out());
            self.list.out().extend_from_slice(invoice_id);
        }
        pending.text(middle.as_bytes());
        pending.amount(units, places);
        pending.text(end.as_bytes());
    }

    #[cold]
    fn add_slowly(&mut self, invoice_id: &[u8], units: i64, places: u32) -> io::Result<()> {
        let id = String::from_utf8_lossy(invoice_id);
        write_total(self.list(), &id, Decimal::new(units, places))
    }
}

/// Whether a letter needs neither quotes nor an escape in any format.
#[inline]
fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) && !matches!(byte, b',' | b'"' | b'\\')
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::{OutputFormat, TotalRows};

    #[test]
    fn totals_are_written_as_the_writer_of_prices_writes_them() {
        let formats = [
            OutputFormat::Table,
            OutputFormat::Csv,
            OutputFormat::Json,
            OutputFormat::Ndjson,
            OutputFormat::Parquet,
        ];
        for format in formats {
            let (mut quick, mut slow) = (
                TotalRows::new(Some(format), vec![1]),
                TotalRows::new(Some(format), Vec::new()),
            );
            let long = "x".repeat(5000);
            for id in [
                "INV-1",
                &long,
                "a,b",
                "say \"x\"",
                "back\\slash",
                "tab\t",
                "é",
            ] {
                let large = [99_999_999, 100_000_000, -100_000_007, i64::MAX, i64::MIN];
                for units in [0, 7, -7, 99, 100, 14_169, -14_169]
                    .into_iter()
                    .chain(large)
                {
                    for places in [0, 2, 3, 4] {
                        quick.add_units(id.as_bytes(), units, places).unwrap();
                        slow.add(id, Decimal::new(units, places)).unwrap();
                    }
                }
            }
            let written = |rows: TotalRows| match rows {
                TotalRows::Text(mut rows) => String::from_utf8(rows.bytes().to_vec()).unwrap(),
                TotalRows::Columns(mut rows) => format!("{:?}", rows.take().unwrap()),
                TotalRows::Nothing => unreachable!(),
            };
            assert_eq!(written(quick), written(slow), "{format:?}");
        }
    }
}
