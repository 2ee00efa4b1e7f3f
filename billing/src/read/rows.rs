//! CSV rows, strictly: exact line numbers, the raw text kept, no quote that swallows what follows.
//!
//! Own code, because lenient quoting takes a stray quote for a letter and an unclosed one for a cell
//! up to the end of the file, which would drop rows in silence.

use std::borrow::Cow;
use std::io::{BufRead, Read};
use std::ops::Range;

use super::records::{BOM, CutError};

/// The longest row, so that an unclosed quote cannot fill the memory.
pub(super) const ROW_BYTES_MAX: usize = 1024 * 1024;

/// One cell: where it stands in the row's text, without its quotes.
#[derive(Clone, Debug)]
struct Cell {
    range: Range<usize>,
    is_quoted: bool,
}

/// Reads a CSV input row by row; holds the last one read.
#[derive(Debug)]
pub(super) struct Rows<R> {
    input: R,
    lines_read: u64,
    line: u64,
    raw: Vec<u8>,
    cells: Vec<Cell>,
    fault: Option<&'static str>,
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(input: R) -> Self {
        Self::resumed(input, 1)
    }

    /// The rows of an input that is resumed at the beginning of `line`.
    pub(super) fn resumed(input: R, line: u64) -> Self {
        Self {
            input,
            lines_read: line.saturating_sub(1),
            line,
            raw: Vec::new(),
            cells: Vec::new(),
            fault: None,
        }
    }

    /// Reads the next row that is not blank; false at the end.
    pub(super) fn advance(&mut self) -> Result<bool, CutError> {
        loop {
            self.raw.clear();
            self.line = self.lines_read + 1;
            if !self.read_line()? {
                return Ok(false);
            }
            if self.line == 1 && self.raw.starts_with(BOM) {
                self.raw.drain(..BOM.len());
            }
            if self.content_end() > 0 {
                self.split()?;
                return Ok(true);
            }
        }
    }

    /// The input behind the last row, and the line that follows.
    pub(super) fn into_rest(self) -> (R, u64) {
        (self.input, self.lines_read + 1)
    }

    /// The line that follows the last row.
    pub(super) fn next_line(&self) -> u64 {
        self.lines_read + 1
    }

    /// The input behind the last row.
    pub(super) fn input(&self) -> &R {
        &self.input
    }

    /// The row's bytes with its line end, as they stood in the input.
    pub(super) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The line on which the row begins, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many cells the row has.
    pub(super) fn cell_count(&self) -> usize {
        self.cells.len()
    }

    /// What makes the row unreadable, if anything; its cells are those before that.
    pub(super) fn fault(&self) -> Option<&'static str> {
        self.fault
    }

    /// The row's text without its line end.
    pub(super) fn text(&self) -> &[u8] {
        &self.raw[..self.content_end()]
    }

    /// The content of a cell; `None` when the row has no such cell.
    pub(super) fn cell(&self, index: usize) -> Option<Cow<'_, [u8]>> {
        let cell = self.cells.get(index)?;
        let content = &self.raw[cell.range.clone()];
        if !cell.is_quoted || memchr::memchr(b'"', content).is_none() {
            return Some(Cow::Borrowed(content));
        }
        let mut is_second = false;
        let unescaped = content.iter().copied().filter(|&byte| {
            is_second = byte == b'"' && !is_second;
            byte != b'"' || is_second
        });
        Some(Cow::Owned(unescaped.collect()))
    }

    /// Appends one line to the row's text; false at the end of the input.
    fn read_line(&mut self) -> Result<bool, CutError> {
        let room = ROW_BYTES_MAX.saturating_sub(self.raw.len()) as u64;
        let read = (&mut self.input)
            .take(room)
            .read_until(b'\n', &mut self.raw)?;
        if read as u64 == room && !self.raw.ends_with(b"\n") {
            return Err(self.torn("the row is longer than 1 MiB (is a quote not closed?)"));
        }
        self.lines_read += u64::from(read > 0);
        Ok(read > 0)
    }

    fn content_end(&self) -> usize {
        let raw = self.raw.strip_suffix(b"\n").unwrap_or(&self.raw);
        raw.strip_suffix(b"\r").unwrap_or(raw).len()
    }

    fn split(&mut self) -> Result<(), CutError> {
        self.cells.clear();
        self.fault = None;
        let mut start = 0;
        loop {
            let end = if self.raw.get(start) == Some(&b'"') {
                self.quoted_cell(start)?
            } else {
                self.plain_cell(start)
            };
            if self.fault.is_some() || end >= self.content_end() {
                return self.refuse_fault_over_lines();
            }
            start = end + 1;
        }
    }

    fn plain_cell(&mut self, start: usize) -> usize {
        let content = &self.raw[start..self.content_end()];
        let length = memchr::memchr(b',', content).unwrap_or(content.len());
        if memchr::memchr(b'"', &content[..length]).is_some() {
            self.fault = Some(
                "a quote stands inside a cell (put the whole cell in quotes and double the quote)",
            );
        } else {
            self.push_cell(start..start + length, false);
        }
        start + length
    }

    fn quoted_cell(&mut self, start: usize) -> Result<usize, CutError> {
        let mut from = start + 1;
        loop {
            let Some(offset) = memchr::memchr(b'"', &self.raw[from..]) else {
                from = self.raw.len();
                if !self.read_line()? {
                    return Err(self.torn("a quote is opened and never closed"));
                }
                continue;
            };
            let quote = from + offset;
            if self.raw.get(quote + 1) == Some(&b'"') {
                from = quote + 2;
                continue;
            }
            let end = quote + 1;
            if end < self.content_end() && self.raw[end] != b',' {
                self.fault = Some(
                    "text stands after the closing quote of a cell (double a quote that belongs to the text)",
                );
            } else {
                self.push_cell(start + 1..quote, true);
            }
            return Ok(end);
        }
    }

    fn push_cell(&mut self, range: Range<usize>, is_quoted: bool) {
        self.cells.push(Cell { range, is_quoted });
    }

    /// A fault after several lines may have swallowed rows of other invoices.
    fn refuse_fault_over_lines(&self) -> Result<(), CutError> {
        match self.fault {
            Some(fault) if self.lines_read > self.line => Err(self.torn(fault)),
            _ => Ok(()),
        }
    }

    fn torn(&self, problem: &str) -> CutError {
        CutError::Torn(self.line, problem.to_owned())
    }
}
