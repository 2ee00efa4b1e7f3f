//! CSV inputs: one line item a row, the rows of an invoice adjacent.

use std::io::BufRead;

use super::records::CutError;
use super::rows::Rows;
use super::{OriginalRecord, ReadError, ReadInvoice, Source};
use crate::error::{BadInput, Error};

mod columns;
mod group;

use columns::{Column, Columns};
use group::Group;

/// The invoices of a CSV input.
pub(super) struct CsvSource<R> {
    file: String,
    rows: Rows<R>,
    columns: Columns,
    header: String,
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
            Ok(columns) => Ok(Self {
                header: String::from_utf8_lossy(rows.text()).into_owned(),
                group: Group::default(),
                is_row_waiting: false,
                file,
                rows,
                columns,
            }),
            Err(error) => Err(fatal(&file, error)),
        }
    }

    /// Reads rows up to the first one of another invoice.
    fn read_group(&mut self) -> Result<bool, CutError> {
        if !self.is_row_waiting && !self.rows.advance()? {
            return Ok(false);
        }
        self.group.start(&self.rows, &self.columns);
        loop {
            self.is_row_waiting = self.rows.advance()?;
            if !self.is_row_waiting || !self.group.owns(&self.rows, &self.columns) {
                return Ok(true);
            }
            self.group.add(&self.rows, &self.columns);
        }
    }
}

impl<R: BufRead> Source for CsvSource<R> {
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        match self.read_group() {
            Ok(false) => None,
            Ok(true) => Some(self.group.finish().map_err(|fault| {
                ReadError::Rejected(BadInput {
                    file: self.file.clone(),
                    line: Some(fault.line),
                    field: fault.column.map(|column| column.name().to_owned()),
                    problem: fault.problem,
                })
            })),
            Err(error) => Some(Err(ReadError::Fatal(fatal(&self.file, error)))),
        }
    }

    fn original_record(&self) -> OriginalRecord {
        OriginalRecord {
            header: Some(self.header.clone()),
            text: self.group.text(),
        }
    }

    fn is_spread_over_rows(&self) -> bool {
        true
    }

    fn refused_id(&self) -> Option<&str> {
        self.group.id()
    }
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
    column: Option<Column>,
    problem: String,
}
