//! The plain invoices of a batch, handed to the kernel as columns: no text is copied.

use std::borrow::Cow;
use std::ops::Range;

use arrow_array::Array;
use arrow_buffer::BooleanBuffer;
use pricing::kernel::{Columns, FixedColumn, Kernel};

use super::ColumnarSource;
use super::cells::Amounts;
use super::chunk::Chunk;
use super::heads::Heads;
use super::repeated::Repeated;
use crate::error::Error;
use crate::read::PlainTotals;

/// The invoices of one batch, with what the kernel makes of them.
#[derive(Debug, Default)]
pub(super) struct PlainInvoices {
    /// The row at which each begins, and the one behind the last.
    starts: Vec<usize>,
    /// The total of each in minor units.
    units: Vec<i64>,
    /// Whether that is the answer, or the general path must give it.
    are_plain: Vec<bool>,
    next: usize,
}

impl ColumnarSource {
    /// Adds the totals of the plain invoices that follow in the batch; none where the next invoice is
    /// for the general path.
    pub(super) fn add_plain_totals(
        &mut self,
        kernel: &Kernel,
        totals: &mut PlainTotals,
    ) -> Result<(), Error> {
        if !self.has_row()? {
            return Ok(());
        }
        let Some(chunk) = &self.chunk else {
            return Ok(());
        };
        let plain = self
            .plain
            .get_or_insert_with(|| PlainInvoices::of_chunk(chunk, kernel));
        self.row_before = self.row;
        let invoices = plain.at(self.row);
        let Some(rows) = plain.starts.get(invoices.clone()) else {
            return Ok(());
        };
        // Where each run is an invoice, their names are copied together.
        match chunk.ids.repeated() {
            Some(ids) if ids.row_ends().len() == plain.units.len() => {
                let (names, ends) = ids.side_by_side(&invoices);
                totals.add_names(names, ends);
            }
            _ => {
                for row in rows {
                    totals.add_name(chunk.id(*row).unwrap_or_default());
                }
            }
        }
        totals.add_units(
            &plain.units[invoices.clone()],
            rows.iter().map(|row| chunk.row_number(*row)),
        );
        self.row = plain.starts.get(invoices.end).copied().unwrap_or(self.row);
        plain.next = invoices.end;
        Ok(())
    }

    /// Goes back before the totals that were added last; the general path reads the batch.
    pub(super) fn take_back_plain_totals(&mut self) {
        self.row = self.row_before;
        self.plain = Some(PlainInvoices::default());
    }
}

impl PlainInvoices {
    fn of_chunk(chunk: &Chunk, kernel: &Kernel) -> Self {
        priced(chunk, kernel).unwrap_or_default()
    }

    /// The invoices that follow from `row` on without one for the general path.
    fn at(&mut self, row: usize) -> Range<usize> {
        let behind = self.starts.get(self.next..).unwrap_or_default();
        self.next += behind.iter().take_while(|start| **start < row).count();
        let first = self.next;
        let are_plain = match self.starts.get(first) {
            Some(start) if *start == row => self.are_plain.get(first..),
            _ => None,
        };
        let plain = are_plain.unwrap_or_default().iter();
        first..first + plain.take_while(|is_plain| **is_plain).count()
    }
}

/// The invoices of `chunk` in the order of its rows; `None` when its amounts are no machine words.
fn priced(chunk: &Chunk, kernel: &Kernel) -> Option<PlainInvoices> {
    let (unit_prices, price_scale) = chunk.unit_prices.words()?;
    let (quantities, quantity_scale) = chunk.quantities.words()?;
    let (mut starts, are_told) = groups(chunk)?;
    let heads = Heads::new(chunk, kernel);
    let nobody = kernel.customer("", false);
    let mut customers = Vec::with_capacity(starts.len());
    let mut days_overdue = Vec::with_capacity(starts.len());
    let mut offsets = Vec::with_capacity(starts.len() + 1);
    let mut are_plain = are_told;
    for (row, is_plain) in starts.iter().zip(&mut are_plain) {
        let head = heads.at(*row);
        *is_plain &= head.is_some();
        let (customer, days) = head.unwrap_or((nobody, 0));
        customers.push(customer);
        days_overdue.push(days);
        offsets.push(i32::try_from(chunk.first_item(*row)).ok()?);
    }
    offsets.push(i32::try_from(chunk.first_item(chunk.rows())).ok()?);
    let columns = Columns {
        customers: &customers,
        days_overdue: &days_overdue,
        offsets: &offsets,
        unit_prices: FixedColumn {
            mantissas: &unit_prices,
            scale: price_scale,
        },
        quantities: FixedColumn {
            mantissas: &quantities,
            scale: quantity_scale,
        },
    };
    let mut totals = Vec::with_capacity(starts.len());
    kernel.totals(columns, &mut totals);
    for (total, is_plain) in totals.iter().zip(&mut are_plain) {
        *is_plain &= total.is_some();
    }
    let units = totals.iter().map(|total| total.unwrap_or_default());
    starts.push(chunk.rows());
    Some(PlainInvoices {
        starts,
        units: units.collect(),
        are_plain,
        next: 0,
    })
}

/// The row at which each invoice begins, and whether its rows agree and are all in this batch.
fn groups(chunk: &Chunk) -> Option<(Vec<usize>, Vec<bool>)> {
    if chunk.is_nested() {
        let are_told = (0..chunk.rows()).map(|row| tells_invoice(chunk.id(row)));
        return chunk
            .has_adjacent_items()
            .then(|| ((0..chunk.rows()).collect(), are_told.collect()));
    }
    let begins = chunk.begins();
    let contradictions = chunk.contradictions(&begins);
    let (starts, mut are_told) = told(chunk, begins);
    for row in contradictions.iter().flat_map(BooleanBuffer::set_indices) {
        let behind = starts.partition_point(|start| *start <= row);
        if let Some(is_told) = behind.checked_sub(1).and_then(|at| are_told.get_mut(at)) {
            *is_told = false;
        }
    }
    // More rows of the last invoice may follow in the next batch.
    if let Some(is_told) = are_told.last_mut() {
        *is_told = false;
    }
    Some((starts, are_told))
}

/// The rows of `begins` at which an invoice begins, and whether its identifier is told in all its rows.
fn told(chunk: &Chunk, begins: Vec<usize>) -> (Vec<usize>, Vec<bool>) {
    if chunk.ids.repeated().is_some_and(Repeated::are_told) {
        let are_told = vec![true; begins.len()];
        return (begins, are_told);
    }
    let (mut starts, mut are_told): (_, Vec<bool>) = (Vec::new(), Vec::new());
    for row in begins {
        let tells = tells_invoice(chunk.id(row));
        match are_told.last_mut() {
            // A row that does not tell its invoice may belong to the one before it.
            Some(is_told) if !tells => *is_told = false,
            _ => {
                starts.push(row);
                are_told.push(tells);
            }
        }
    }
    (starts, are_told)
}

/// Whether an identifier is more than blanks.
#[inline]
fn tells_invoice(id: Option<&str>) -> bool {
    let id = id.unwrap_or_default();
    id.as_bytes().first().is_some_and(u8::is_ascii_graphic) || !id.trim().is_empty()
}

impl Chunk {
    /// Whether the items of each row begin where those of the row before end.
    fn has_adjacent_items(&self) -> bool {
        let ends = (1..self.rows()).map(|row| (self.items(row - 1..row), self.items(row..row + 1)));
        ends.into_iter()
            .all(|(before, items)| before.end == items.start)
    }
}

impl Amounts {
    /// The amounts as machine words of one scale, if each is there and fits.
    fn words(&self) -> Option<(Cow<'_, [i64]>, u32)> {
        match self {
            Self::Fixed(mantissas, scale) => (mantissas.null_count() == 0)
                .then(|| (Cow::Borrowed(&mantissas.values()[..]), *scale)),
            Self::Wide(decimals) => {
                let is_full = decimals.null_count() == 0;
                let scale = u32::try_from(decimals.scale()).ok().filter(|_| is_full)?;
                let words = decimals.values().iter().map(|value| i64::try_from(*value));
                Some((Cow::Owned(words.collect::<Result<_, _>>().ok()?), scale))
            }
            Self::Texts(_) => None,
        }
    }
}
