//! Reading: files of invoices become [`Invoice`]s, one at a time and in flat memory.

pub(crate) mod blocks;
mod book;
mod columnar;
mod csv;
pub(crate) mod fault;
mod format;
mod input;
mod inputs;
mod json;
pub(crate) mod packed;
pub(crate) mod place;
mod plain_totals;
pub(crate) mod quick;
pub(crate) mod recent;
pub(crate) mod records;
mod repeated;
mod rows;
mod seen;
mod sorting;
mod summaries;
mod totals;
mod ubl;

use pricing::Invoice;
use pricing::kernel::Kernel;

use crate::error::{BadInput, Error};
use blocks::Rest;
pub(crate) use plain_totals::PlainTotals;

pub(crate) use columnar::{Begins, guarded};
pub(crate) use csv::CsvTexts;
pub(crate) use input::Input as OpenedInput;
pub(crate) use records::CutError;

pub use book::{Book, Tell, Wrap};
pub use format::InputFormat;
pub use inputs::expanded;
pub use summaries::add_summaries;
pub use totals::{TotalRead, Totals};

/// The JSON Schema of invoice files.
pub const SCHEMA: &str = include_str!("../schemas/invoice.schema.json");

/// An invoice with the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadInvoice {
    /// The invoice, valid.
    pub invoice: Invoice,
    /// The line on which it begins, from 1.
    pub line: u64,
}

impl ReadInvoice {
    /// Says that this invoice of `file` cannot be priced, and why.
    pub(crate) fn unpriced(&self, file: &str, error: &str) -> BadInput {
        let id = self.invoice.invoice_id();
        BadInput {
            file: file.to_owned(),
            line: Some(self.line),
            field: None,
            problem: format!("invoice {id:?} cannot be priced: {error}"),
        }
    }
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
    /// How many bytes of the input stand before it, for JSON and NDJSON.
    pub offset: Option<u64>,
}

/// One input, read invoice by invoice.
trait Source {
    /// The next invoice; `None` at the end.
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>>;

    /// The text of the invoice that was last returned or refused.
    fn original_record(&mut self) -> Result<OriginalRecord, Error>;

    /// Leaves the names of line items unread where that saves work, but in original records.
    fn leave_skus(&mut self) {}

    /// Whether an invoice can stand in several places, so that one that comes again may be the rest
    /// of one that was taken for complete.
    fn is_spread_over_rows(&self) -> bool;

    /// The input in which the last invoice stands, as messages call it, where there are several.
    fn file(&self) -> Option<&str> {
        None
    }

    /// Whether places are rows instead of lines.
    fn counts_rows(&self) -> bool {
        false
    }

    /// The identifier of the invoice that was last refused, if its text tells it.
    fn refused_id(&self) -> Option<&str>;

    /// Adds all rows to those that are sorted; false, and nothing is read, when an invoice stands in one
    /// piece.
    fn sort_into(&mut self, _sorting: &mut csv::Sorting) -> Result<bool, Error> {
        Ok(false)
    }

    /// Whether what is left can be read in blocks of whole invoices.
    fn has_blocks(&self) -> bool {
        false
    }

    /// Adds the totals of plain invoices that follow, where they stand in columns; none where the next
    /// invoice is for the general path.
    fn add_plain_totals(&mut self, _: &Kernel, _: &mut PlainTotals) -> Result<(), Error> {
        Ok(())
    }

    /// Goes back before the totals that were added last, which must be read by the general path.
    fn take_back_plain_totals(&mut self) {}

    /// What is left, to be read in blocks.
    fn into_rest(self: Box<Self>) -> Option<Rest> {
        None
    }
}

impl ReadError {
    fn io(file: &str, source: std::io::Error) -> Self {
        Self::Fatal(Error::io("reading", file, source))
    }
}

/// The one invoice of a CSV text.
pub(crate) fn one_of_csv(text: &str) -> Result<Invoice, String> {
    let source = csv::CsvSource::open("rows".to_owned(), text.as_bytes());
    let mut source = source.map_err(|error| error.to_string())?;
    match source.next() {
        Some(Ok(read)) => Ok(read.invoice),
        Some(Err(ReadError::Rejected(bad))) => Err(bad.to_string()),
        Some(Err(ReadError::Fatal(error))) => Err(error.to_string()),
        None => Err("no row".to_owned()),
    }
}
