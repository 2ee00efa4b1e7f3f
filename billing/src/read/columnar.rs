//! Parquet and Arrow inputs: the columns of a CSV book, or one row an invoice with nested items.
//!
//! A batch of columns is held at a time. What a message calls a row is counted from 1 over the whole
//! input.

mod begins;
mod cells;
mod changes;
mod chunk;
mod decoder;
mod guard;
mod heads;
mod layout;
mod nested;
mod open;
mod original;
mod pages;
mod plain;
mod repeated;
mod shared_file;
mod totals;

use std::ops::Range;
use std::rc::Rc;

use pricing::kernel::Kernel;
use pricing::{Invoice, RawInvoice, RawLineItem};

use super::csv::Sorting;
use super::{OriginalRecord, PlainTotals, ReadError, ReadInvoice, Source};
use crate::error::{BadInput, Error};
pub(crate) use begins::Begins;
use chunk::{Chunk, Fault};
pub(crate) use guard::guarded;
pub(super) use layout::Layout;
pub(super) use open::{Batches, open_arrow, open_parquet, set_aside};
use plain::PlainInvoices;
pub(super) use totals::{TotalColumns, TotalRow, total_columns};

/// The invoices of a Parquet or Arrow input.
pub(super) struct ColumnarSource {
    file: String,
    batches: Batches,
    chunk: Option<Rc<Chunk>>,
    /// The next row of the chunk.
    row: usize,
    /// The row before the plain totals that were added last.
    row_before: usize,
    /// What the kernel makes of the chunk, once it was asked.
    plain: Option<PlainInvoices>,
    /// The pieces of the last invoice.
    pieces: Vec<Piece>,
    refused_id: Option<String>,
    /// Whether the names of items are read only of what is refused.
    leaves_skus: bool,
}

/// Rows of one invoice that stand in one chunk.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    chunk: Rc<Chunk>,
    /// The row that tells the invoice.
    head: usize,
    /// Its line items.
    items: Range<usize>,
}

impl ColumnarSource {
    pub(super) fn new(file: String, batches: Batches) -> Self {
        Self {
            file,
            batches,
            chunk: None,
            row: 0,
            row_before: 0,
            plain: None,
            pieces: Vec::new(),
            refused_id: None,
            leaves_skus: false,
        }
    }

    /// Reads the names of the items of the last invoice, if that is not done.
    fn name_items(&mut self) -> Result<(), Error> {
        for place in 0..self.pieces.len() {
            let chunk = Rc::clone(&self.pieces[place].chunk);
            self.name_items_of(&chunk)?;
        }
        Ok(())
    }

    fn name_items_of(&mut self, chunk: &Chunk) -> Result<(), Error> {
        let named = chunk.name_items(|row, rows| self.batches.skus(row, rows));
        named.map_err(|problem| self.unreadable(problem))
    }

    /// Makes sure that a row is left in the chunk; false at the end of the input.
    fn has_row(&mut self) -> Result<bool, Error> {
        loop {
            if let Some(chunk) = &self.chunk
                && self.row < chunk.rows()
            {
                return Ok(true);
            }
            let first_row = self.chunk.as_ref().map_or(1, |chunk| chunk.row_after());
            let Some(chunk) = self.batches.next_chunk(first_row) else {
                return Ok(false);
            };
            self.chunk = Some(Rc::new(chunk.map_err(|problem| self.unreadable(problem))?));
            self.row = 0;
            self.plain = None;
        }
    }

    /// Collects the rows of the next invoice; false at the end of the input.
    fn collect(&mut self) -> Result<bool, Error> {
        self.pieces.clear();
        while self.has_row()? {
            let Some(chunk) = self.chunk.clone() else {
                break;
            };
            let start = self.row;
            if let Some(first) = self.pieces.first()
                && (chunk.is_nested() || !first.owns(&chunk, start))
            {
                return Ok(true);
            }
            let first = self.pieces.first();
            let end = match (chunk.is_nested(), first) {
                (true, _) => start + 1,
                (false, Some(first)) => chunk.end_of(start, |row| first.owns(&chunk, row)),
                (false, None) => chunk.end_of(start, |row| chunk.is_same_invoice(start, row)),
            };
            self.pieces.push(Piece {
                items: chunk.items(start..end),
                head: start,
                chunk,
            });
            self.row = end;
        }
        Ok(!self.pieces.is_empty())
    }

    /// Adds all rows to those that are sorted, as rows of CSV.
    fn sort_rows(&mut self, sorting: &mut Sorting) -> Result<(), Error> {
        sorting.begin(&self.file, original::table()?, true);
        let mut last = Vec::new();
        while self.has_row()? {
            let Some(chunk) = self.chunk.clone() else {
                break;
            };
            self.name_items_of(&chunk)?;
            for row in self.row..chunk.rows() {
                let id = chunk.id(row).unwrap_or_default();
                if !id.trim().is_empty() {
                    last = id.as_bytes().to_vec();
                }
                let text = original::csv(&chunk, row).into_bytes();
                sorting.add(last.clone(), chunk.row_number(row), text)?;
            }
            self.row = chunk.rows();
        }
        Ok(())
    }

    fn invoice(&self) -> Result<ReadInvoice, Fault> {
        let Some(first) = self.pieces.first() else {
            return Err(Fault::new(0, "invoice_id", "no row".to_owned()));
        };
        let head = first.chunk.head(first.head)?;
        let mut items = Vec::with_capacity(self.pieces.iter().map(|piece| piece.items.len()).sum());
        for piece in &self.pieces {
            piece.check_agreement(first)?;
            for item in piece.items.clone() {
                items.push(piece.chunk.item(item)?);
            }
        }
        let raw = RawInvoice {
            invoice_id: head.invoice_id,
            tier: head.tier,
            loyalty_member: head.loyalty_member,
            days_overdue: head.days_overdue,
            items,
        };
        let line = first.row();
        let accepted = Invoice::try_from(raw);
        accepted
            .map(|invoice| ReadInvoice { invoice, line })
            .map_err(|error| self.fault_of(&error.field, error.problem.to_string()))
    }

    /// The fault of a field that the door names, such as `items[1].unit_price`.
    fn fault_of(&self, field: &str, problem: String) -> Fault {
        let row = self.pieces.first().map_or(0, Piece::row);
        let Some((index, name)) = field
            .strip_prefix("items[")
            .and_then(|rest| rest.split_once("]."))
        else {
            return Fault::new(row, field, problem);
        };
        let mut left: usize = index.parse().unwrap_or(0);
        for piece in &self.pieces {
            if let Some(item) = piece.items.clone().nth(left) {
                return piece.chunk.fault_of_item(item, name, problem);
            }
            left -= piece.items.len();
        }
        Fault::new(row, field, problem)
    }

    fn unreadable(&self, problem: String) -> Error {
        BadInput {
            file: self.file.clone(),
            line: None,
            field: None,
            problem,
        }
        .into()
    }
}

impl Piece {
    fn row(&self) -> u64 {
        self.chunk.row_number(self.head)
    }

    /// Whether a row belongs to this invoice. One that does not tell its invoice may, so it is counted
    /// here: an invoice that misses a row must not be priced.
    fn owns(&self, chunk: &Chunk, row: usize) -> bool {
        let id = chunk.id(row).unwrap_or_default();
        id.trim().is_empty() || Some(id) == self.chunk.id(self.head)
    }

    /// Holds each row of the piece against the invoice's first.
    fn check_agreement(&self, first: &Self) -> Result<(), Fault> {
        if self.chunk.is_nested() {
            return Ok(());
        }
        let head = first.chunk.head(first.head)?;
        for row in self.items.clone() {
            let is_quick =
                Rc::ptr_eq(&self.chunk, &first.chunk) && self.chunk.is_same_head(first.head, row);
            if !is_quick {
                self.chunk.check_agreement(row, &head, first.row())?;
            }
        }
        Ok(())
    }
}

impl Source for ColumnarSource {
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        let collected = self.collect().and_then(|is_any| {
            if is_any && !self.leaves_skus {
                self.name_items()?;
            }
            Ok(is_any)
        });
        match collected {
            Ok(false) => None,
            Err(error) => Some(Err(ReadError::Fatal(error))),
            Ok(true) => Some(self.invoice().map_err(|fault| {
                let first = self.pieces.first();
                let id = first.and_then(|piece| piece.chunk.id(piece.head));
                self.refused_id = id.filter(|id| !id.is_empty()).map(str::to_owned);
                ReadError::Rejected(BadInput {
                    file: self.file.clone(),
                    line: None,
                    field: Some(row_and_field(fault.row, Some(fault.field.as_str()))),
                    problem: fault.problem,
                })
            })),
        }
    }

    fn original_record(&mut self) -> Result<OriginalRecord, Error> {
        self.name_items()?;
        Ok(OriginalRecord {
            header: None,
            text: original::json(&self.pieces),
            offset: None,
        })
    }

    fn leave_skus(&mut self) {
        self.leaves_skus = true;
    }

    fn is_spread_over_rows(&self) -> bool {
        !self.batches.layout().is_nested()
    }

    fn sort_into(&mut self, sorting: &mut Sorting) -> Result<bool, Error> {
        if self.batches.layout().is_nested() {
            return Ok(false);
        }
        self.sort_rows(sorting).map(|()| true)
    }

    fn counts_rows(&self) -> bool {
        true
    }

    fn refused_id(&self) -> Option<&str> {
        self.refused_id.as_deref()
    }

    fn add_plain_totals(&mut self, kernel: &Kernel, totals: &mut PlainTotals) -> Result<(), Error> {
        self.add_plain_totals(kernel, totals)
    }

    fn take_back_plain_totals(&mut self) {
        self.take_back_plain_totals();
    }
}

/// A place in an input that has no lines, such as `row 7: unit_price`.
pub(super) fn row_and_field(row: u64, field: Option<&str>) -> String {
    match field {
        Some(field) => format!("row {row}: {field}"),
        None => format!("row {row}"),
    }
}

/// What every invoice has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    invoice_id: String,
    tier: String,
    loyalty_member: bool,
    days_overdue: i64,
}

type Item = RawLineItem;

#[cfg(test)]
mod tests;
