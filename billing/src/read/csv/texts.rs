//! The texts of the invoices of a CSV input, not read: rows as they stand, cut where they are cut when
//! they are read.

use std::io::BufRead;

use super::columns::Columns;
use super::group::id_cell;
use crate::read::records::CutError;
use crate::read::rows::Rows;

/// Adjacent rows of one identifier.
pub(crate) struct CsvTexts<R> {
    rows: Rows<R>,
    columns: Columns,
    header: Vec<u8>,
    /// The line that follows what was handed out.
    next_line: u64,
    is_row_waiting: bool,
}

impl<R: BufRead> CsvTexts<R> {
    /// Reads the header.
    pub(crate) fn open(input: R) -> Result<Self, CutError> {
        let mut rows = Rows::new(input);
        rows.advance()?;
        let columns = Columns::of_header(&rows)?;
        let mut header = rows.raw().to_vec();
        end_line(&mut header);
        Ok(Self {
            columns,
            header,
            next_line: rows.next_line(),
            is_row_waiting: rows.advance()?,
            rows,
        })
    }

    /// The row that names the columns.
    pub(crate) fn header(&self) -> &[u8] {
        &self.header
    }

    /// Appends the rows of the next invoice to `text`, blank lines included, and tells on which line the
    /// first of them stands; false at the end.
    pub(crate) fn read(&mut self, text: &mut Vec<u8>, line: &mut u64) -> Result<bool, CutError> {
        if !self.is_row_waiting {
            return Ok(false);
        }
        *line = self.rows.line();
        let id = id_cell(&self.rows, &self.columns).into_owned();
        loop {
            for _ in self.next_line..self.rows.line() {
                text.push(b'\n');
            }
            text.extend_from_slice(self.rows.raw());
            end_line(text);
            self.next_line = self.rows.next_line();
            self.is_row_waiting = self.rows.advance()?;
            if !self.is_row_waiting || !self.owns(&id) {
                return Ok(true);
            }
        }
    }

    /// Whether the row that waits belongs to the invoice of this identifier: as when it is read.
    fn owns(&self, id: &[u8]) -> bool {
        let next = id_cell(&self.rows, &self.columns);
        next.trim_ascii().is_empty() || *next == *id
    }
}

fn end_line(text: &mut Vec<u8>) {
    if !text.ends_with(b"\n") {
        text.push(b'\n');
    }
}
