//! Reading: files of invoices become [`Invoice`]s, one at a time and in flat memory.

mod book;
mod csv;
pub(crate) mod fault;
mod format;
mod json;
pub(crate) mod place;
mod recent;
pub(crate) mod records;
mod rows;
mod ubl;

use pricing::Invoice;

use crate::error::{BadInput, Error};

pub use book::{Book, Wrap};
pub use format::InputFormat;

/// An invoice with the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadInvoice {
    /// The invoice, valid.
    pub invoice: Invoice,
    /// The line on which it begins, from 1.
    pub line: u64,
}

/// Why reading an invoice failed.
#[derive(Debug)]
pub enum ReadError {
    /// This invoice is bad; those behind it can still be read.
    Rejected(BadInput),
    /// Nothing that follows can be trusted.
    Fatal(Error),
}

/// The text of the last invoice as it stood in the input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginalRecord {
    /// The header line, for CSV.
    pub header: Option<String>,
    /// The invoice's own text: a JSON value, or its CSV rows.
    pub text: String,
}

/// One input, read invoice by invoice.
trait Source {
    /// The next invoice; `None` at the end.
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>>;

    /// The text of the invoice that was last returned or refused.
    fn original_record(&self) -> OriginalRecord;

    /// Whether an invoice can stand in several places, so that one that comes again may be the rest
    /// of one that was taken for complete.
    fn is_spread_over_rows(&self) -> bool;

    /// The identifier of the invoice that was last refused, if its text tells it.
    fn refused_id(&self) -> Option<&str>;
}

impl ReadError {
    fn io(file: &str, source: std::io::Error) -> Self {
        Self::Fatal(Error::io("reading", file, source))
    }
}
