//! Where a block ends: behind a whole invoice, by the very rules by which the rows are read.

use std::ops::Range;

use crate::read::csv::{Columns, id_of_row};
use crate::read::rows::ROW_BYTES_MAX;

/// Behind the last line end.
pub(super) fn after_last_line(bytes: &[u8]) -> Option<usize> {
    memchr::memrchr(b'\n', bytes).map(|at| at + 1)
}

/// Before the rows of the last invoice in `bytes`, of which more may follow; `None` when there is no
/// other invoice before it. `bytes` begin with a row.
pub(super) fn after_last_group(bytes: &[u8], columns: &Columns) -> Option<usize> {
    let quoted = Quoted::find(bytes);
    if bytes.len() - quoted.known > ROW_BYTES_MAX {
        // Whoever reads this row refuses it, and nothing behind it can be trusted.
        return Some(bytes.len());
    }
    let mut row_end = quoted.line_end_before(quoted.known)?;
    let mut last: Option<Vec<u8>> = None;
    let mut group_start = None;
    loop {
        let row_start = quoted.line_end_before(row_end - 1);
        let row = &bytes[row_start.unwrap_or(0)..row_end];
        let id = id_of_row(row, columns).unwrap_or_default();
        // A row that does not tell its invoice belongs to the one before it.
        if !id.trim_ascii().is_empty() {
            if last.as_ref().is_some_and(|last| *last != id) {
                return group_start;
            }
            group_start = row_start;
            last = Some(id);
        }
        match row_start {
            Some(start) => row_end = start,
            None => return group_start,
        }
    }
}

/// What of a text stands in quotes.
struct Quoted<'a> {
    bytes: &'a [u8],
    /// The cells in quotes with a line end inside.
    over_lines: Vec<Range<usize>>,
    /// Up to here it is known what is quoted; behind it begins a cell that is not closed.
    known: usize,
}

impl<'a> Quoted<'a> {
    fn find(bytes: &'a [u8]) -> Self {
        let mut quoted = Self {
            bytes,
            over_lines: Vec::new(),
            known: bytes.len(),
        };
        let mut from = 0;
        while let Some(offset) = memchr::memchr(b'"', &bytes[from..]) {
            let quote = from + offset;
            from = if quote == 0 || matches!(bytes[quote - 1], b',' | b'\n') {
                match quoted.after_cell(quote) {
                    Some(end) => end,
                    None => break,
                }
            } else {
                // A stray quote: its row is refused, and the next begins on the next line.
                quoted.after_line(quote)
            };
        }
        quoted
    }

    /// Behind the cell whose opening quote stands at `open`, if it is closed.
    fn after_cell(&mut self, open: usize) -> Option<usize> {
        let mut from = open + 1;
        loop {
            let offset = memchr::memchr(b'"', &self.bytes[from..]);
            let close = offset.map(|offset| from + offset);
            let next = close.and_then(|close| self.bytes.get(close + 1));
            // At the very end one cannot tell yet whether the quote closes the cell.
            let (Some(close), Some(next)) = (close, next) else {
                self.known = open;
                return None;
            };
            if *next == b'"' {
                from = close + 2;
                continue;
            }
            if memchr::memchr(b'\n', &self.bytes[open..close]).is_some() {
                self.over_lines.push(open..close);
            }
            let is_ended = matches!(
                self.bytes[close + 1..],
                [b',' | b'\n', ..] | [b'\r', b'\n', ..]
            );
            return Some(if is_ended {
                close + 1
            } else {
                self.after_line(close)
            });
        }
    }

    fn after_line(&self, at: usize) -> usize {
        let line_end = memchr::memchr(b'\n', &self.bytes[at..]);
        line_end.map_or(self.bytes.len(), |offset| at + offset + 1)
    }

    /// Behind the last line end before `limit` that ends a row.
    fn line_end_before(&self, mut limit: usize) -> Option<usize> {
        loop {
            let line_end = memchr::memrchr(b'\n', &self.bytes[..limit])?;
            let after = self
                .over_lines
                .partition_point(|cell| cell.start <= line_end);
            match after.checked_sub(1).map(|index| &self.over_lines[index]) {
                Some(cell) if cell.contains(&line_end) => limit = cell.start,
                _ => return Some(line_end + 1),
            }
        }
    }
}

#[cfg(test)]
mod tests;
