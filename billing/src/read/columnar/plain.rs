//! The plain invoices of a batch, handed to the kernel as columns: no text is copied.

use std::borrow::Cow;

use arrow_array::Array;
use pricing::kernel::{Columns, FixedColumn, Kernel};

use super::ColumnarSource;
use super::cells::{Amounts, Flags};
use super::chunk::Chunk;
use crate::error::Error;
use crate::read::PlainTotals;

/// An invoice of a batch.
#[derive(Debug)]
struct PlainInvoice {
    head: usize,
    /// The row behind it.
    end: usize,
    /// The total in minor units; `None` when the general path must answer.
    units: Option<i64>,
}

/// The invoices of one batch, with what the kernel makes of them.
#[derive(Debug, Default)]
pub(super) struct PlainInvoices {
    invoices: Vec<PlainInvoice>,
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
        while let Some(invoice) = plain.at(self.row)
            && let Some(units) = invoice.units
        {
            let id = chunk.id(invoice.head).unwrap_or_default();
            totals.add(id, units, chunk.row_number(invoice.head));
            self.row = invoice.end;
        }
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
        let invoices = priced(chunk, kernel).unwrap_or_default();
        Self { invoices, next: 0 }
    }

    /// The invoice that begins at `row`.
    fn at(&mut self, row: usize) -> Option<&PlainInvoice> {
        let behind = self.invoices.get(self.next..)?;
        self.next += behind
            .iter()
            .take_while(|invoice| invoice.head < row)
            .count();
        let invoice = self.invoices.get(self.next)?;
        (invoice.head == row).then_some(invoice)
    }
}

/// The invoices of `chunk` in the order of its rows; `None` when its amounts are no machine words.
fn priced(chunk: &Chunk, kernel: &Kernel) -> Option<Vec<PlainInvoice>> {
    let (unit_prices, price_scale) = chunk.unit_prices.words()?;
    let (quantities, quantity_scale) = chunk.quantities.words()?;
    let mut invoices = groups(chunk)?;
    let (mut customers, mut days_overdue) = (Vec::new(), Vec::new());
    let mut offsets = Vec::with_capacity(invoices.len() + 1);
    for invoice in &mut invoices {
        let items = chunk.items(invoice.head..invoice.end);
        let head = plain_head(chunk, invoice.head);
        let (tier, is_member, days) = head.unwrap_or_else(|| {
            invoice.units = None;
            ("", false, 0)
        });
        customers.push(kernel.customer(tier, is_member));
        days_overdue.push(days);
        offsets.push(i32::try_from(items.start).ok()?);
    }
    let last = invoices.last()?;
    offsets.push(i32::try_from(chunk.items(last.head..last.end).end).ok()?);
    let mut totals = Vec::with_capacity(invoices.len());
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
    kernel.totals(columns, &mut totals);
    for (invoice, total) in invoices.iter_mut().zip(totals) {
        invoice.units = invoice.units.and(total);
    }
    Some(invoices)
}

/// The rows of each invoice; `units` is there where they agree and are all in this batch.
fn groups(chunk: &Chunk) -> Option<Vec<PlainInvoice>> {
    let whole = Some(0);
    if chunk.is_nested() {
        let rows = 0..chunk.rows();
        let row = |head| PlainInvoice {
            head,
            end: head + 1,
            units: whole.filter(|_| chunk.tells_invoice(head)),
        };
        return chunk.has_adjacent_items().then(|| rows.map(row).collect());
    }
    let (is_same_invoice, is_same_head) = chunk.repetitions();
    let starts = starts_of(&is_same_invoice);
    let ends = starts.iter().skip(1).copied().chain([chunk.rows()]);
    let mut invoices: Vec<PlainInvoice> = Vec::with_capacity(starts.len());
    for (head, end) in starts.iter().copied().zip(ends) {
        let tells = chunk.tells_invoice(head);
        match invoices.last_mut() {
            // A row that does not tell its invoice may belong to the one before it.
            Some(before) if !tells => (before.end, before.units) = (end, None),
            _ => invoices.push(PlainInvoice {
                head,
                end,
                units: whole.filter(|_| tells),
            }),
        }
    }
    let rows = is_same_invoice.iter().zip(&is_same_head).enumerate();
    for (row, _) in rows.filter(|(_, (same_invoice, same_head))| **same_invoice && !**same_head) {
        let behind = invoices.partition_point(|invoice| invoice.head <= row);
        if let Some(invoice) = behind.checked_sub(1).and_then(|at| invoices.get_mut(at)) {
            invoice.units = None;
        }
    }
    // More rows of the last invoice may follow in the next batch.
    if let Some(last) = invoices.last_mut() {
        last.units = None;
    }
    Some(invoices)
}

/// The rows that do not repeat the one before. Nothing is branched on: how many rows an invoice has
/// cannot be guessed.
fn starts_of(is_same: &[bool]) -> Vec<usize> {
    let mut starts = vec![0; is_same.len()];
    let mut count = 0;
    for (row, is_same) in is_same.iter().enumerate() {
        starts[count] = row;
        count += usize::from(!is_same);
    }
    starts.truncate(count);
    starts
}

/// Tier, membership and days overdue, if they are such.
fn plain_head(chunk: &Chunk, row: usize) -> Option<(&str, bool, u32)> {
    let days = chunk.days.fixed(row).filter(|days| days.scale() == 0)?;
    Some((
        chunk.tiers.get(row)?,
        chunk.members.get(row).ok().flatten()?,
        u32::try_from(days.mantissa()).ok()?,
    ))
}

impl Chunk {
    /// Of each row, whether it has the identifier of the row before, and whether all that is the
    /// invoice's is as there.
    fn repetitions(&self) -> (Vec<bool>, Vec<bool>) {
        let mut is_same_invoice = vec![true; self.rows()];
        if let Some(first) = is_same_invoice.first_mut() {
            *first = false;
        }
        self.ids.keep_repeated(&mut is_same_invoice);
        let mut is_same_head = is_same_invoice.clone();
        self.tiers.keep_repeated(&mut is_same_head);
        self.members.keep_repeated(&mut is_same_head);
        self.days.keep_repeated(&mut is_same_head);
        (is_same_invoice, is_same_head)
    }

    /// Whether the identifier of a row is more than blanks.
    #[inline]
    fn tells_invoice(&self, row: usize) -> bool {
        let id = self.id(row).unwrap_or_default();
        id.as_bytes().first().is_some_and(u8::is_ascii_graphic) || !id.trim().is_empty()
    }

    /// Whether the items of each row begin where those of the row before end.
    fn has_adjacent_items(&self) -> bool {
        let ends = (1..self.rows()).map(|row| (self.items(row - 1..row), self.items(row..row + 1)));
        ends.into_iter()
            .all(|(before, items)| before.end == items.start)
    }
}

impl Flags {
    /// Keeps those of `is_same` whose row has the flag of the row before.
    fn keep_repeated(&self, is_same: &mut [bool]) {
        if let Self::Booleans(flags) = self
            && flags.null_count() == 0
        {
            let count = flags.len().saturating_sub(1);
            let (before, flags) = (flags.values().slice(0, count), flags.values());
            let changes = &before ^ &flags.slice(flags.len() - count, count);
            for row in changes.set_indices() {
                is_same[row + 1] = false;
            }
            return;
        }
        for (row, same) in is_same.iter_mut().enumerate().skip(1) {
            *same &= self.get(row) == self.get(row - 1);
        }
    }
}

impl Amounts {
    /// Keeps those of `is_same` whose row has the amount of the row before.
    fn keep_repeated(&self, is_same: &mut [bool]) {
        if let Self::Fixed(amounts, _) = self
            && amounts.null_count() == 0
        {
            let pairs = amounts.values().windows(2);
            for (same, pair) in is_same.iter_mut().skip(1).zip(pairs) {
                *same &= pair[0] == pair[1];
            }
            return;
        }
        for (row, same) in is_same.iter_mut().enumerate().skip(1) {
            *same &= self.fixed(row) == self.fixed(row - 1);
        }
    }

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
