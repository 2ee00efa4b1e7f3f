//! The plain invoices of a batch, handed to the kernel as columns: no text is copied.

use std::borrow::Cow;

use arrow_array::Array;
use pricing::kernel::{Columns, Customer, FixedColumn, Kernel};

use super::ColumnarSource;
use super::cells::{Amounts, Texts};
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
    let of_tiers = OfTiers::new(chunk, kernel);
    let nobody = kernel.customer("", false);
    for invoice in &mut invoices {
        let items = chunk.items(invoice.head..invoice.end);
        let head = plain_head(chunk, &of_tiers, invoice.head);
        let (customer, days) = head.unwrap_or_else(|| {
            invoice.units = None;
            (nobody, 0)
        });
        customers.push(customer);
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
    let units = |is_told: bool| is_told.then_some(0);
    if chunk.is_nested() {
        let rows = 0..chunk.rows();
        let row = |head| PlainInvoice {
            head,
            end: head + 1,
            units: units(chunk.tells_invoice(head)),
        };
        return chunk.has_adjacent_items().then(|| rows.map(row).collect());
    }
    let (changes, contradictions) = chunk.changes();
    let mut invoices: Vec<PlainInvoice> = Vec::with_capacity(changes.count_set_bits() + 1);
    let starts = [0]
        .into_iter()
        .chain(changes.set_indices().map(|row| row + 1));
    for head in starts {
        let tells = chunk.tells_invoice(head);
        match invoices.last_mut() {
            // A row that does not tell its invoice may belong to the one before it.
            Some(before) if !tells => before.units = None,
            Some(before) => before.end = head,
            None => {}
        }
        if tells || invoices.is_empty() {
            invoices.push(PlainInvoice {
                head,
                end: chunk.rows(),
                units: units(tells),
            });
        }
    }
    for row in contradictions.set_indices() {
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

/// The kind of customer and the days overdue, if they are such.
fn plain_head(chunk: &Chunk, of_tiers: &OfTiers<'_>, row: usize) -> Option<(Customer, u32)> {
    let days = chunk.days.fixed(row).filter(|days| days.scale() == 0)?;
    let is_member = chunk.members.get(row).ok().flatten()?;
    let customer = of_tiers.customer(row, is_member)?;
    Some((customer, u32::try_from(days.mantissa()).ok()?))
}

/// The kinds of customers by their tiers.
struct OfTiers<'c> {
    tiers: &'c Texts,
    kernel: &'c Kernel,
    /// Of each text of a dictionary, the kinds without and with membership; each is looked up once.
    listed: Vec<Option<[Customer; 2]>>,
}

impl<'c> OfTiers<'c> {
    fn new(chunk: &'c Chunk, kernel: &'c Kernel) -> Self {
        let tiers = &chunk.tiers;
        let both = |tier: &str| [false, true].map(|is_member| kernel.customer(tier, is_member));
        let listed = tiers.listed().map(|tier| tier.map(both)).collect();
        Self {
            tiers,
            kernel,
            listed,
        }
    }

    #[inline]
    fn customer(&self, row: usize, is_member: bool) -> Option<Customer> {
        let key = self.tiers.key(row);
        match key.and_then(|key| self.listed.get(key)) {
            Some(both) => both.map(|both| both[usize::from(is_member)]),
            None => Some(self.kernel.customer(self.tiers.get(row)?, is_member)),
        }
    }
}

impl Chunk {
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
