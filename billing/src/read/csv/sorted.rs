//! Rows sorted by their invoice, so that those of one may stand apart, also in several inputs.
//!
//! Invoices come in the order of their identifiers, shorter ones first (INV-9 before INV-10); the rows
//! of each in the order in which they were read. Memory does not grow with the book: sorted runs wait
//! in temporary files.

use std::cmp::Ordering;
use std::io::{self, BufRead, Read, Write};
use std::iter::Peekable;
use std::sync::Arc;

use super::group::{Group, id_cell};
use super::{CsvSource, Table, fatal};
use crate::error::{BadInput, Error};
use crate::read::columnar::row_and_field;
use crate::read::recent::order;
use crate::read::rows::Rows;
use crate::read::sorting::{Record, Sorted, Sorter, is_read};
use crate::read::{OriginalRecord, ReadError, ReadInvoice, Source};

/// What a row takes besides its texts.
const ROW_MEMORY: usize = 128;

/// Inputs whose rows are being sorted.
pub(in crate::read) struct Sorting {
    sorter: Sorter<SortedRow>,
    inputs: Vec<SortedInput>,
    rows: u64,
}

/// The invoices of sorted rows.
pub(in crate::read) struct SortedSource {
    rows: Peekable<Sorted<SortedRow>>,
    inputs: Vec<SortedInput>,
    group: Group,
    /// The line and the input of each row of the last invoice.
    places: Vec<(u64, usize)>,
    /// The input in which the last invoice begins, or the row that is wrong with it.
    input: usize,
}

/// An input with its header.
#[derive(Clone)]
struct SortedInput {
    file: String,
    table: Arc<Table>,
    counts_rows: bool,
}

/// A row with the invoice to which it belongs.
#[derive(Debug, PartialEq, Eq)]
struct SortedRow {
    id: Vec<u8>,
    /// Its number among all rows.
    number: u64,
    input: usize,
    line: u64,
    raw: Vec<u8>,
}

impl Sorting {
    pub(in crate::read) fn new() -> Self {
        Self {
            sorter: Sorter::new(),
            inputs: Vec::new(),
            rows: 0,
        }
    }

    /// Begins with an input.
    pub(in crate::read) fn begin(&mut self, file: &str, table: Arc<Table>, counts_rows: bool) {
        self.inputs.push(SortedInput {
            file: file.to_owned(),
            table,
            counts_rows,
        });
    }

    /// Adds a row of the last input; one that does not tell its invoice stays behind the one before.
    pub(in crate::read) fn add(
        &mut self,
        id: Vec<u8>,
        line: u64,
        raw: Vec<u8>,
    ) -> Result<(), Error> {
        self.rows += 1;
        let row = SortedRow {
            id,
            number: self.rows,
            input: self.inputs.len().saturating_sub(1),
            line,
            raw,
        };
        self.sorter.add(row).map_err(unsorted)
    }

    /// The sorted rows; `None` when there was no input with rows.
    pub(in crate::read) fn finish(self) -> Result<Option<SortedSource>, Error> {
        if self.inputs.is_empty() {
            return Ok(None);
        }
        let rows = self.sorter.finish().map_err(unsorted)?;
        Ok(Some(SortedSource {
            rows: rows.peekable(),
            inputs: self.inputs,
            group: Group::default(),
            places: Vec::new(),
            input: 0,
        }))
    }
}

impl<R: BufRead> CsvSource<R> {
    /// Adds all rows to those that are sorted.
    pub(super) fn sort_rows(&mut self, sorting: &mut Sorting) -> Result<(), Error> {
        sorting.begin(&self.file, Arc::clone(&self.table), false);
        let mut last = Vec::new();
        while self
            .rows
            .advance()
            .map_err(|error| fatal(&self.file, error))?
        {
            let id = id_cell(&self.rows, &self.table.columns);
            if !id.trim_ascii().is_empty() {
                last = id.into_owned();
            }
            sorting.add(last.clone(), self.rows.line(), self.rows.raw().to_vec())?;
        }
        Ok(())
    }
}

impl SortedSource {
    fn next(&mut self) -> Result<Option<ReadInvoice>, ReadError> {
        let Some(first) = self.rows.next() else {
            return Ok(None);
        };
        let first = first.map_err(|error| ReadError::Fatal(unsorted(error)))?;
        let table = Arc::clone(&self.inputs[first.input].table);
        self.input = first.input;
        self.places.clear();
        self.take(&first, &table)?;
        let is_same = |row: &io::Result<SortedRow>| match row {
            Ok(row) => row.id == first.id,
            Err(_) => true,
        };
        let mut other_header = None;
        while let Some(row) = self.rows.next_if(is_same) {
            let row = row.map_err(|error| ReadError::Fatal(unsorted(error)))?;
            if self.inputs[row.input].table.header == table.header {
                self.take(&row, &table)?;
            } else {
                other_header = other_header.or(Some(row));
            }
        }
        if let Some(row) = other_header {
            return Err(self.under_other_header(&row, &first));
        }
        let has_fault = self.group.has_fault();
        let finished = self.group.finish(&table.columns);
        finished.map(Some).map_err(|fault| {
            if !has_fault {
                let place = self.places.iter().find(|(line, _)| *line == fault.line);
                self.input = place.map_or(first.input, |(_, input)| *input);
            }
            ReadError::Rejected(self.bad(fault.line, fault.field.as_deref(), fault.problem))
        })
    }

    /// Adds a row to the invoice; the first one begins it.
    fn take(&mut self, row: &SortedRow, table: &Table) -> Result<(), ReadError> {
        let mut rows = Rows::resumed(&row.raw[..], row.line);
        let torn = |error| ReadError::Fatal(fatal(&self.inputs[row.input].file, error));
        rows.advance().map_err(torn)?;
        let had_fault = !self.places.is_empty() && self.group.has_fault();
        if self.places.is_empty() {
            self.group.start(&rows, &table.columns);
        } else {
            self.group.add(&rows, &table.columns);
        }
        if self.group.has_fault() && !had_fault {
            self.input = row.input;
        }
        self.places.push((row.line, row.input));
        Ok(())
    }

    fn under_other_header(&mut self, row: &SortedRow, first: &SortedRow) -> ReadError {
        self.input = row.input;
        let problem = format!(
            "the row belongs to an invoice that begins in {}, under another header (give both files the same columns in the same order)",
            self.inputs[first.input].file
        );
        ReadError::Rejected(self.bad(row.line, None, problem))
    }

    fn bad(&self, line: u64, field: Option<&str>, problem: String) -> BadInput {
        let input = &self.inputs[self.input];
        let (line, field) = if input.counts_rows {
            (None, Some(row_and_field(line, field)))
        } else {
            (Some(line), field.map(str::to_owned))
        };
        BadInput {
            file: input.file.clone(),
            line,
            field,
            problem,
        }
    }
}

impl Source for SortedSource {
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        self.next().transpose()
    }

    fn original_record(&mut self) -> Result<OriginalRecord, Error> {
        let first = self.places.first().map_or(0, |(_, input)| *input);
        Ok(OriginalRecord {
            header: Some(self.inputs[first].table.header.clone()),
            text: self.group.text(),
            offset: None,
        })
    }

    fn is_spread_over_rows(&self) -> bool {
        true
    }

    fn file(&self) -> Option<&str> {
        Some(&self.inputs[self.input].file)
    }

    fn counts_rows(&self) -> bool {
        self.inputs[self.input].counts_rows
    }

    fn refused_id(&self) -> Option<&str> {
        self.group.id()
    }
}

impl Ord for SortedRow {
    fn cmp(&self, other: &Self) -> Ordering {
        order(&self.id, &other.id).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for SortedRow {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Record for SortedRow {
    fn memory(&self) -> usize {
        ROW_MEMORY + self.id.len() + self.raw.len()
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let lengths = [self.id.len(), self.raw.len(), self.input];
        for number in [self.number, self.line]
            .into_iter()
            .chain(lengths.map(|length| length as u64))
        {
            number.write(out)?;
        }
        out.write_all(&self.id)?;
        out.write_all(&self.raw)
    }

    fn read(input: &mut impl Read) -> io::Result<Option<Self>> {
        let mut numbers = [[0; 8]; 5];
        if !is_read(input, numbers.as_flattened_mut())? {
            return Ok(None);
        }
        let [number, line, id, raw, place] = numbers.map(u64::from_le_bytes);
        let size = |length: u64| usize::try_from(length).map_err(io::Error::other);
        let (mut id, mut raw) = (vec![0; size(id)?], vec![0; size(raw)?]);
        input.read_exact(&mut id)?;
        input.read_exact(&mut raw)?;
        Ok(Some(Self {
            id,
            number,
            input: size(place)?,
            line,
            raw,
        }))
    }
}

fn unsorted(error: io::Error) -> Error {
    Error::io("sorting", "the rows of the book in temporary files", error)
}
