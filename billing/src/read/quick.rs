//! Plain invoices of a block, read without making an `Invoice`: no text is copied, numbers become
//! machine words.
//!
//! What is not plain (an escape, a fault, a wide number, a field that is seldom there) is left to the
//! general path, invoice by invoice, so that there is one judge of what is right and one wording of
//! what is wrong.

use pricing::kernel::Subtotal;

mod cell;
mod csv;
mod line;
mod literal;
mod marks;
mod ndjson;
mod repeated;
mod shape;
mod values;

use super::blocks::{Block, Form};
use csv::CsvScanner;
use ndjson::NdjsonScanner;

/// What a scanner finds next.
#[derive(Debug)]
pub(crate) enum Found<'b> {
    /// A plain invoice.
    Plain(PlainInvoice<'b>),
    /// An invoice for the general path begins here.
    Other(usize),
}

/// An invoice that the kernel can price.
#[derive(Debug)]
pub(crate) struct PlainInvoice<'b> {
    /// Where it begins in the block.
    pub(crate) start: usize,
    /// UTF-8 and not blank.
    pub(crate) id: &'b [u8],
    pub(crate) tier: &'b [u8],
    pub(crate) loyalty_member: bool,
    pub(crate) days_overdue: u32,
    pub(crate) subtotal: Subtotal,
}

/// Finds the plain invoices of one block.
#[derive(Debug)]
pub(crate) enum Scanner<'b> {
    Csv(CsvScanner<'b>),
    Ndjson(NdjsonScanner<'b>),
}

impl<'b> Scanner<'b> {
    /// `None` when every invoice of the block is for the general path.
    pub(crate) fn of_block(block: &'b Block) -> Option<Self> {
        let bytes = block.bytes();
        let is_text = bytes.is_ascii() || std::str::from_utf8(bytes).is_ok();
        if !is_text {
            return None;
        }
        Some(match &block.form {
            Form::Csv(table) => Self::Csv(CsvScanner::new(bytes, table.columns.in_order()?)),
            Form::Ndjson => Self::Ndjson(NdjsonScanner::new(bytes)),
        })
    }

    /// What comes next; `None` at the end of the block.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Found<'b>> {
        match self {
            Self::Csv(scanner) => scanner.next(),
            Self::Ndjson(scanner) => scanner.next(),
        }
    }

    /// Goes on at `next`, after the general path has read an invoice.
    pub(crate) fn resume(&mut self, next: usize) {
        match self {
            Self::Csv(scanner) => scanner.resume(next),
            Self::Ndjson(scanner) => scanner.resume(next),
        }
    }
}

#[cfg(test)]
mod tests;
