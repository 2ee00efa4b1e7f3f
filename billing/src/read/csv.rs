//! CSV inputs: one line item a row, the rows of an invoice adjacent.

use std::io::BufRead;
use std::sync::Arc;

use super::blocks::{Form, Rest};
use super::records::{CutError, Place};
use super::rows::Rows;
use super::{OriginalRecord, ReadError, ReadInvoice, Source};
use crate::error::{BadInput, Error};

mod columns;
mod group;
mod optional;
mod sorted;
mod texts;

pub(super) use columns::{Column, Columns};
use group::{Group, id_cell};
pub(super) use sorted::Sorting;
pub(crate) use texts::CsvTexts;

/// What the header of a CSV input says.
#[derive(Debug)]
pub(crate) struct Table {
    pub(super) columns: Columns,
    header: String,
}

/// The invoices of a CSV input.
pub(super) struct CsvSource<R> {
    file: String,
    rows: Rows<R>,
    table: Arc<Table>,
    group: Group,
    /// Whether the last row read is the first of the next invoice.
    is_row_waiting: bool,
}

impl<R: BufRead> CsvSource<R> {
    /// Reads the header.
    pub(super) fn open(file: String, input: R) -> Result<Self, Error> {
        let mut rows = Rows::new(input);
        let columns = match rows.advance() {
            Ok(_) => Columns::of_header(&rows),
            Err(error) => Err(error),
        };
        match columns {
            Ok(columns) => {
                let header = String::from_utf8_lossy(rows.text()).into_owned();
                Ok(Self::of_rows(
                    file,
                    rows,
                    Arc::new(Table { columns, header }),
                ))
            }
            Err(error) => Err(fatal(&file, error)),
        }
    }

    /// The rows of a table whose header is read already, from the beginning of `line`.
    pub(super) fn resumed(file: String, input: R, line: u64, table: Arc<Table>) -> Self {
        Self::of_rows(file, Rows::resumed(input, line), table)
    }

    fn of_rows(file: String, rows: Rows<R>, table: Arc<Table>) -> Self {
        Self {
            file,
            rows,
            table,
            group: Group::default(),
            is_row_waiting: false,
        }
    }

    /// What the header says.
    pub(super) fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table)
    }

    /// The input behind the last invoice: behind what was read, less the row that waits.
    pub(super) fn waiting(&self) -> (&R, &[u8]) {
        let row = if self.is_row_waiting {
            self.rows.raw()
        } else {
            &[]
        };
        (self.rows.input(), row)
    }

    /// Reads rows up to the first one of another invoice.
    fn read_group(&mut self) -> Result<bool, CutError> {
        if !self.is_row_waiting && !self.rows.advance()? {
            return Ok(false);
        }
        self.group.start(&self.rows, &self.table.columns);
        loop {
            self.is_row_waiting = self.rows.advance()?;
            if !self.is_row_waiting || !self.group.owns(&self.rows, &self.table.columns) {
                return Ok(true);
            }
            self.group.add(&self.rows, &self.table.columns);
        }
    }
}

impl<R: BufRead> CsvSource<R> {
    pub(super) fn next(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        match self.read_group() {
            Ok(false) => None,
            Ok(true) => Some(self.group.finish(&self.table.columns).map_err(|fault| {
                ReadError::Rejected(BadInput {
                    file: self.file.clone(),
                    line: Some(fault.line),
                    field: fault.field,
                    problem: fault.problem,
                })
            })),
            Err(error) => Some(Err(ReadError::Fatal(fatal(&self.file, error)))),
        }
    }

    pub(super) fn original(&self) -> OriginalRecord {
        OriginalRecord {
            header: Some(self.table.header.clone()),
            text: self.group.text(),
            offset: None,
        }
    }

    pub(super) fn group_id(&self) -> Option<&str> {
        self.group.id()
    }
}

impl<R: BufRead + 'static> Source for CsvSource<R> {
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        self.next()
    }

    fn original_record(&mut self) -> Result<OriginalRecord, Error> {
        Ok(self.original())
    }

    fn is_spread_over_rows(&self) -> bool {
        true
    }

    fn refused_id(&self) -> Option<&str> {
        self.group_id()
    }

    fn sort_into(&mut self, sorting: &mut Sorting) -> Result<bool, Error> {
        self.sort_rows(sorting).map(|()| true)
    }

    fn has_blocks(&self) -> bool {
        true
    }

    fn into_rest(self: Box<Self>) -> Option<Rest> {
        let first_line = self.rows.line();
        let (_, row) = self.waiting();
        let row = row.to_vec();
        let (input, line) = self.rows.into_rest();
        Some(Rest {
            at: Place {
                line: if row.is_empty() { line } else { first_line },
                // Places in CSV are lines.
                offset: 0,
            },
            taken: row,
            input: Box::new(input),
            form: Form::Csv(self.table),
        })
    }
}

/// The identifier of the row at the beginning of `text`, and what its bytes are.
pub(super) fn id_of_row(text: &[u8], columns: &Columns) -> Option<Vec<u8>> {
    let mut rows = Rows::resumed(text, 2);
    let is_row = rows.advance().unwrap_or(false);
    is_row.then(|| id_cell(&rows, columns).into_owned())
}

fn fatal(file: &str, error: CutError) -> Error {
    match error {
        CutError::Io(source) => Error::io("reading", file, source),
        CutError::Torn(line, problem) => Error::BadInput(BadInput {
            file: file.to_owned(),
            line: Some(line),
            field: None,
            problem,
        }),
    }
}

/// What is wrong with one row.
#[derive(Clone, Debug)]
struct Fault {
    line: u64,
    field: Option<String>,
    problem: String,
}
