//! Plain rows of CSV. A row whose invoice fields stand there as in the row before is read from its
//! line item on.
//!
//! Rows in the [usual] order without quotes are split at once; others are read cell by cell.
//!
//! Own code, although `simd-csv` delimits as fast: its reader takes a stray quote for a letter, so each
//! block would need a strict judge besides, and it must find every comma, of which nine in ten rows
//! here need only those behind the repeated fields.

use pricing::kernel::{Fixed, Subtotal};

use super::cell::plain_cell;
use super::repeated::Repeated;
use super::values::{days, is_identifier, number};
use super::{Found, PlainInvoice};
use crate::read::csv::Column;

mod usual;

/// So many columns are an invoice's own, the others its line item's.
const INVOICE_COLUMNS: usize = 4;

/// Finds the plain invoices of a block of rows.
#[derive(Debug)]
pub(crate) struct CsvScanner<'b> {
    bytes: &'b [u8],
    columns: Vec<Column>,
    /// Whether the invoice's own columns come before those of its line items.
    is_led_by_invoice: bool,
    /// Whether a line item is its sku, unit price and quantity.
    has_usual_items: bool,
    at: usize,
}

/// One row.
#[derive(Debug, Default)]
struct Row<'b> {
    id: &'b [u8],
    tier: &'b [u8],
    loyalty_member: &'b [u8],
    days_overdue: &'b [u8],
    unit_price: Option<Fixed>,
    quantity: Option<Fixed>,
    /// Where the columns behind the invoice's own begin.
    item_start: usize,
}

impl<'b> Row<'b> {
    /// The place of an invoice's own column.
    #[inline]
    fn text(&mut self, column: Column) -> Option<&mut &'b [u8]> {
        match column {
            Column::InvoiceId => Some(&mut self.id),
            Column::Tier => Some(&mut self.tier),
            Column::LoyaltyMember => Some(&mut self.loyalty_member),
            Column::DaysOverdue => Some(&mut self.days_overdue),
            Column::Sku | Column::UnitPrice | Column::Quantity => None,
        }
    }
}

/// The numbers of a line item.
#[derive(Debug)]
struct Item {
    unit_price: Fixed,
    quantity: Fixed,
}

/// What a row is to the invoice before it.
enum Next {
    SameInvoice,
    OtherInvoice,
    Unsure,
}

impl<'b> CsvScanner<'b> {
    pub(super) fn new(bytes: &'b [u8], columns: Vec<Column>) -> Self {
        let is_own =
            |column: &Column| !matches!(column, Column::Sku | Column::UnitPrice | Column::Quantity);
        Self {
            bytes,
            is_led_by_invoice: columns.iter().take(INVOICE_COLUMNS).all(is_own),
            has_usual_items: columns[INVOICE_COLUMNS..]
                == [Column::Sku, Column::UnitPrice, Column::Quantity],
            columns,
            at: 0,
        }
    }

    pub(super) fn resume(&mut self, next: usize) {
        self.at = next;
    }

    pub(super) fn next(&mut self) -> Option<Found<'b>> {
        self.at = self.after_blank_lines(self.at);
        let start = self.at;
        if start >= self.bytes.len() {
            return None;
        }
        Some(match self.invoice(start) {
            Some(invoice) => Found::Plain(invoice),
            None => Found::Other(start),
        })
    }

    /// The invoice whose first row begins at `start`; `None` leaves it to the general path.
    fn invoice(&mut self, start: usize) -> Option<PlainInvoice<'b>> {
        let (first, next) = match self.usual_row(start) {
            Some(found) => found,
            None => self.row(start)?,
        };
        if !is_identifier(first.id) {
            return None;
        }
        let mut subtotal = Subtotal::default();
        subtotal.add(first.unit_price?, first.quantity?);
        let mut next = next;
        if self.is_led_by_invoice {
            let repeated = &self.bytes[start..first.item_start];
            next = self.after_led_rows(next, repeated, &mut subtotal)?;
        }
        self.at = self.add_rows(next, &first, &mut subtotal)?;
        Some(PlainInvoice {
            start,
            id: first.id,
            tier: first.tier,
            loyalty_member: flag(first.loyalty_member)?,
            days_overdue: days(first.days_overdue)?,
            subtotal,
        })
    }

    /// Adds the rows from `at` on that begin with what the first one of their invoice begins with;
    /// returns where the next row begins.
    #[inline]
    fn after_led_rows(
        &self,
        mut at: usize,
        repeated: &[u8],
        subtotal: &mut Subtotal,
    ) -> Option<usize> {
        let repeated = Repeated::new(repeated);
        while let Some(start) = repeated.pass(self.bytes, at) {
            let (item, next) = match self.usual_item(start) {
                Some(found) => found,
                None => self.item(start)?,
            };
            subtotal.add(item.unit_price, item.quantity);
            at = next;
        }
        Some(at)
    }

    /// Adds the rows from `at` on whose invoice fields are those of the `first` one, letter by letter;
    /// returns where the next invoice begins.
    fn add_rows(&self, mut at: usize, first: &Row<'b>, subtotal: &mut Subtotal) -> Option<usize> {
        loop {
            at = self.after_blank_lines(at);
            if at == self.bytes.len() {
                return Some(at);
            }
            match self.next_row(at, first) {
                Next::SameInvoice => {}
                Next::OtherInvoice => return Some(at),
                Next::Unsure => return None,
            }
            let (row, next) = self.row(at)?;
            let agrees = row.tier == first.tier
                && row.loyalty_member == first.loyalty_member
                && row.days_overdue == first.days_overdue;
            if !agrees {
                return None;
            }
            subtotal.add(row.unit_price?, row.quantity?);
            at = next;
        }
    }

    fn next_row(&self, at: usize, first: &Row<'b>) -> Next {
        let mut from = at;
        for column in &self.columns {
            let Some((cell, end)) = self.cell(from) else {
                return Next::Unsure;
            };
            if *column != Column::InvoiceId {
                let Some(next) = self.after_comma(end) else {
                    return Next::Unsure;
                };
                from = next;
                continue;
            }
            return match cell {
                _ if cell == first.id => Next::SameInvoice,
                _ if cell.trim_ascii().is_empty() => Next::Unsure,
                _ => Next::OtherInvoice,
            };
        }
        Next::Unsure
    }

    /// The row at `start`, and where the next one begins.
    fn row(&self, start: usize) -> Option<(Row<'b>, usize)> {
        let mut row = Row::default();
        let mut at = start;
        for (index, column) in self.columns.iter().enumerate() {
            if index == INVOICE_COLUMNS {
                row.item_start = at;
            }
            let end = self.value(at, *column, &mut row)?;
            at = self.after_cell(end, index)?;
        }
        Some((row, at))
    }

    /// Reads the cell of `column` at `at` into `row`; returns where it ends.
    fn value(&self, at: usize, column: Column, row: &mut Row<'b>) -> Option<usize> {
        let place = match column {
            Column::UnitPrice => &mut row.unit_price,
            Column::Quantity => &mut row.quantity,
            _ => {
                let (cell, end) = self.cell(at)?;
                if let Some(place) = row.text(column) {
                    *place = cell;
                }
                return Some(end);
            }
        };
        let (number, end) = number(self.bytes, at)?;
        *place = Some(number);
        Some(end)
    }

    /// The line item whose columns begin at `start`, and where the next row begins.
    fn item(&self, start: usize) -> Option<(Item, usize)> {
        let mut row = Row::default();
        let mut at = start;
        for (index, column) in self.columns.iter().enumerate().skip(INVOICE_COLUMNS) {
            let end = self.value(at, *column, &mut row)?;
            at = self.after_cell(end, index)?;
        }
        let item = Item {
            unit_price: row.unit_price?,
            quantity: row.quantity?,
        };
        Some((item, at))
    }

    #[inline]
    fn after_comma(&self, end: usize) -> Option<usize> {
        (self.bytes.get(end) == Some(&b',')).then_some(end + 1)
    }

    /// Behind the comma or the line end that must stand at `end` after the cell of this index.
    #[inline]
    fn after_cell(&self, end: usize, index: usize) -> Option<usize> {
        let is_last = index + 1 == self.columns.len();
        match self.bytes.get(end) {
            Some(b',') if !is_last => Some(end + 1),
            Some(b'\n') if is_last => Some(end + 1),
            Some(b'\r') if is_last && self.bytes.get(end + 1) == Some(&b'\n') => Some(end + 2),
            None if is_last => Some(end),
            _ => None,
        }
    }

    /// The cell at `start` without its quotes, and where it ends.
    #[inline]
    fn cell(&self, start: usize) -> Option<(&'b [u8], usize)> {
        let text = self.bytes.get(start..)?;
        if text.first() == Some(&b'"') {
            let content = &text[1..];
            let length = content
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\n'))?;
            let is_closed = content[length] == b'"' && content.get(length + 1) != Some(&b'"');
            return is_closed.then(|| (&content[..length], start + length + 2));
        }
        let length = plain_cell(text);
        (text.get(length) != Some(&b'"')).then(|| (&text[..length], start + length))
    }

    #[inline]
    fn after_blank_lines(&self, mut at: usize) -> usize {
        loop {
            match self.bytes.get(at..) {
                Some([b'\n', ..]) => at += 1,
                Some([b'\r', b'\n', ..]) => at += 2,
                _ => return at,
            }
        }
    }
}

fn flag(text: &[u8]) -> Option<bool> {
    if text.eq_ignore_ascii_case(b"true") {
        Some(true)
    } else {
        text.eq_ignore_ascii_case(b"false").then_some(false)
    }
}
