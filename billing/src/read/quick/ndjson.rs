//! Plain lines of NDJSON. Each is expected to have the shape of the one before, so that only its values
//! are read; one that differs goes the general path, and the next is expected to look like it.

use pricing::kernel::Subtotal;

use super::marks::Marks;
use super::shape::{Field, ItemField, ItemShape, Shape};
use super::values::{flag, is_identifier, json_days, json_number, text};
use super::{Found, PlainInvoice};

/// Finds the plain invoices of a block of lines.
#[derive(Debug)]
pub(crate) struct NdjsonScanner<'b> {
    bytes: &'b [u8],
    shape: Option<Box<Shape>>,
    braces: Marks<'b>,
    /// Where the invoice that was left to the general path begins.
    other: usize,
    at: usize,
}

impl<'b> NdjsonScanner<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            shape: None,
            braces: Marks::new(b'{', bytes),
            other: 0,
            at: 0,
        }
    }

    pub(super) fn resume(&mut self, next: usize) {
        self.at = next;
        self.braces.resume(next);
        let record = self.bytes.get(self.other..next).unwrap_or_default();
        if let Some(shape) = Shape::learn(record.trim_ascii_end()) {
            self.shape = Some(Box::new(shape));
        }
    }

    pub(super) fn next(&mut self) -> Option<Found<'b>> {
        let left = self.bytes.get(self.at..)?;
        // Blank lines say nothing.
        let start = self.bytes.len() - left.trim_ascii_start().len();
        if start == self.bytes.len() {
            return None;
        }
        let plain = match &self.shape {
            Some(shape) => invoice(self.bytes, start, shape, &mut self.braces),
            None => None,
        };
        Some(if let Some((invoice, next)) = plain {
            self.at = next;
            Found::Plain(invoice)
        } else {
            self.other = start;
            Found::Other(start)
        })
    }
}

/// The invoice of this shape at `start`, and where the next line begins.
fn invoice<'b>(
    bytes: &'b [u8],
    start: usize,
    shape: &Shape,
    braces: &mut Marks<'b>,
) -> Option<(PlainInvoice<'b>, usize)> {
    let mut invoice = PlainInvoice {
        start,
        id: &[],
        tier: &[],
        loyalty_member: false,
        days_overdue: 0,
        subtotal: Subtotal::default(),
    };
    let mut at = start;
    for (before, field) in &shape.fields {
        at = before.pass(bytes, at)?;
        match field {
            Field::InvoiceId => (invoice.id, at) = text(bytes, at)?,
            Field::Tier => (invoice.tier, at) = text(bytes, at)?,
            Field::LoyaltyMember => (invoice.loyalty_member, at) = flag(bytes, at)?,
            Field::DaysOverdue => (invoice.days_overdue, at) = json_days(bytes, at)?,
            Field::Items => (invoice.subtotal, at) = items(bytes, at, &shape.item, braces)?,
        }
    }
    at = shape.end.pass(bytes, at)?;
    let next = match bytes.get(at..) {
        Some([b'\n', ..]) => at + 1,
        Some([b'\r', b'\n', ..]) => at + 2,
        Some([]) => at,
        _ => return None,
    };
    is_identifier(invoice.id).then_some((invoice, next))
}

#[inline]
fn items(
    bytes: &[u8],
    start: usize,
    shape: &ItemShape,
    braces: &mut Marks<'_>,
) -> Option<(Subtotal, usize)> {
    let mut subtotal = Subtotal::default();
    let ((opening, first_field), others) = shape.fields.split_first()?;
    let mut at = opening.pass(bytes, start)?;
    loop {
        let next_brace = braces.at_or_behind(at);
        let (mut unit_price, mut quantity) = (None, None);
        let mut value = |at, field: &ItemField| match field {
            ItemField::Sku => Some(text(bytes, at)?.1),
            ItemField::UnitPrice => {
                let (number, end) = json_number(bytes, at)?;
                unit_price = Some(number);
                Some(end)
            }
            ItemField::Quantity => {
                let (number, end) = json_number(bytes, at)?;
                quantity = Some(number);
                Some(end)
            }
        };
        at = value(at, first_field)?;
        for (before, field) in others {
            at = value(before.pass(bytes, at)?, field)?;
        }
        subtotal.add(unit_price?, quantity?);
        match shape.between.pass(bytes, at) {
            // The brace was found ahead: what follows can be read before this item is.
            Some(next) => {
                let ahead = shape.behind_brace(next_brace);
                at = ahead.filter(|ahead| *ahead == next)?;
            }
            None => return Some((subtotal, shape.end.pass(bytes, at)?)),
        }
    }
}
