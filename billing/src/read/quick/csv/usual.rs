//! Rows in the usual order: the invoice's own columns, then sku, unit price and quantity, without quotes.

use pricing::kernel::Fixed;

use super::{CsvScanner, INVOICE_COLUMNS, Item, Row};
use crate::read::quick::line::Line;

impl<'b> CsvScanner<'b> {
    /// The row at `start` if it is a line in the usual order, and where the next one begins.
    #[inline]
    pub(super) fn usual_row(&self, start: usize) -> Option<(Row<'b>, usize)> {
        if !self.is_led_by_invoice || !self.has_usual_items {
            return None;
        }
        let mut line = Line::at::<4>(self.bytes, start)?;
        let mut row = Row {
            item_start: start,
            ..Row::default()
        };
        for column in self.columns.iter().take(INVOICE_COLUMNS) {
            let end = line.next_comma()?;
            *row.text(*column)? = self.bytes.get(row.item_start..end)?;
            row.item_start = end + 1;
        }
        let (item, next) = self.item_of(line)?;
        row.unit_price = Some(item.unit_price);
        row.quantity = Some(item.quantity);
        Some((row, next))
    }

    /// The same of the line item whose columns begin at `start`.
    #[inline]
    pub(super) fn usual_item(&self, start: usize) -> Option<(Item, usize)> {
        if !self.has_usual_items {
            return None;
        }
        let line = Line::at::<2>(self.bytes, start).or_else(|| Line::at::<4>(self.bytes, start))?;
        self.item_of(line)
    }

    /// The line item that is left of `line`, and where the next line begins.
    #[inline]
    fn item_of(&self, mut line: Line) -> Option<(Item, usize)> {
        let (sku_end, price_end) = (line.next_comma()?, line.next_comma()?);
        if line.has_comma() {
            return None;
        }
        let (end, next) = line.end(self.bytes);
        let number = |end: usize, comma_before: usize| {
            let length = end.checked_sub(comma_before + 1)?;
            Fixed::read_last(self.bytes.get(..end)?, length)
        };
        let item = Item {
            unit_price: number(price_end, sku_end)?,
            quantity: number(end, price_end)?,
        };
        Some((item, next))
    }
}
