//! Blocks: an input read in pieces that hold whole invoices, so that each piece can be priced alone.

use std::io::{self, BufRead, Cursor};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::csv::{CsvSource, Table};
use super::json::JsonSource;
use super::records::{Place, RECORD_BYTES_MAX};
use super::{OriginalRecord, ReadError, ReadInvoice, Source};

mod cut;

/// So much is read at a time: it stays in a core's own cache, and one call of the system reads it.
const BLOCK_BYTES: usize = 512 * 1024;

/// What is left of an input.
pub(crate) struct Rest {
    /// What was read already.
    pub(crate) taken: Vec<u8>,
    pub(crate) input: Box<dyn BufRead>,
    /// Where the first byte stands.
    pub(crate) at: Place,
    pub(crate) form: Form,
}

/// How invoices stand in a block.
#[derive(Clone, Debug)]
pub(crate) enum Form {
    /// A row a line item, under this header.
    Csv(Arc<Table>),
    /// A line an invoice.
    Ndjson,
}

/// Whole invoices of an input.
#[derive(Debug)]
pub(crate) struct Block {
    /// Longer than what was read, so that it need not be cleared for each block.
    buffer: Vec<u8>,
    length: usize,
    /// Where the first byte stands.
    pub(crate) at: Place,
    pub(crate) form: Form,
}

/// Reads blocks one after the other.
pub(crate) struct Blocks {
    rest: Rest,
    is_ended: bool,
}

impl Blocks {
    pub(crate) fn new(rest: Rest) -> Self {
        Self {
            rest,
            is_ended: false,
        }
    }

    /// The next block, in the memory of one that is no longer needed; `None` at the end.
    pub(crate) fn next(&mut self, memory: Vec<u8>) -> io::Result<Option<Block>> {
        let mut block = Block {
            buffer: memory,
            length: 0,
            at: self.rest.at,
            form: self.rest.form.clone(),
        };
        block.append(&self.rest.taken);
        self.rest.taken.clear();
        while !self.is_ended {
            let target = BLOCK_BYTES.max(block.length * 2);
            self.is_ended = !block.fill(target, &mut self.rest.input)?;
            if !self.is_ended
                && let ControlFlow::Break(end) = block.cut()
            {
                self.rest.taken.extend_from_slice(&block.bytes()[end..]);
                block.length = end;
                break;
            }
        }
        self.rest.at.line += line_ends(block.bytes());
        self.rest.at.offset += block.length as u64;
        Ok((block.length > 0).then_some(block))
    }
}

impl Block {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    /// Changes a byte.
    #[cfg(test)]
    pub(super) fn damage(&mut self, at: usize, byte: u8) {
        self.buffer[at] = byte;
    }

    /// Its memory, for the next block.
    pub(crate) fn into_memory(self) -> Vec<u8> {
        self.buffer
    }

    /// The invoices, read by the general path, as one input of its own.
    pub(super) fn into_source(self, file: String) -> Box<dyn Source> {
        let Self {
            mut buffer,
            length,
            at,
            form,
        } = self;
        buffer.truncate(length);
        let input = Cursor::new(buffer);
        match form {
            Form::Csv(table) => Box::new(CsvSource::resumed(file, input, at.line, table)),
            Form::Ndjson => Box::new(JsonSource::resumed(file, input, at)),
        }
    }

    /// Reads by the general path from `start` on, which stands on `line`.
    pub(crate) fn reader_at(&self, start: usize, line: u64, file: &str) -> BlockReader<'_> {
        let text = self.bytes().get(start..).unwrap_or_default();
        let file = file.to_owned();
        let offset = self.at.offset + start as u64;
        BlockReader {
            length: self.length,
            source: match &self.form {
                Form::Csv(table) => {
                    let table = Arc::clone(table);
                    BlockSource::Csv(CsvSource::resumed(file, text, line, table))
                }
                Form::Ndjson => {
                    BlockSource::Ndjson(JsonSource::resumed(file, text, Place { line, offset }))
                }
            },
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        self.make_room(self.length + bytes.len());
        self.buffer[self.length..][..bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    fn make_room(&mut self, length: usize) {
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
    }

    /// Reads up to a length of `target`; false at the end of the input.
    fn fill(&mut self, target: usize, input: &mut dyn BufRead) -> io::Result<bool> {
        self.make_room(target);
        while self.length < target {
            match input.read(&mut self.buffer[self.length..target]) {
                Ok(0) => return Ok(false),
                Ok(read) => self.length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Where the last whole invoice ends, if it can be told. What is too long is not cut any more: whoever
    /// reads it refuses it.
    fn cut(&self) -> ControlFlow<usize> {
        let end = match &self.form {
            Form::Csv(table) => cut::after_last_group(self.bytes(), &table.columns),
            Form::Ndjson => cut::after_last_line(self.bytes()),
        };
        match end {
            Some(end) => ControlFlow::Break(end),
            None if self.length as u64 > RECORD_BYTES_MAX => ControlFlow::Break(self.length),
            None => ControlFlow::Continue(()),
        }
    }
}

/// Reads the invoices of a block by the general path.
pub(crate) struct BlockReader<'b> {
    source: BlockSource<'b>,
    length: usize,
}

#[expect(
    clippy::large_enum_variant,
    reason = "one stands at a time, and only for a moment"
)]
enum BlockSource<'b> {
    Csv(CsvSource<&'b [u8]>),
    Ndjson(JsonSource<&'b [u8]>),
}

impl BlockReader<'_> {
    /// The next invoice; `None` when none follows.
    pub(crate) fn next(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        match &mut self.source {
            BlockSource::Csv(source) => source.next(),
            BlockSource::Ndjson(source) => source.next(),
        }
    }

    /// The text of the invoice that was last read.
    pub(crate) fn original(&self) -> OriginalRecord {
        match &self.source {
            BlockSource::Csv(source) => source.original(),
            BlockSource::Ndjson(source) => source.original(),
        }
    }

    /// The identifier of the invoice that was last refused, if its text tells it.
    pub(crate) fn refused_id(&self) -> Option<&str> {
        match &self.source {
            BlockSource::Csv(source) => source.group_id(),
            BlockSource::Ndjson(_) => None,
        }
    }

    /// Where the next invoice begins.
    pub(crate) fn position(&self) -> usize {
        let left = match &self.source {
            BlockSource::Csv(source) => {
                let (rest, row) = source.waiting();
                rest.len() + row.len()
            }
            BlockSource::Ndjson(source) => source.input().len(),
        };
        self.length - left
    }
}

/// Counts lines up to places that are asked for one behind the other.
pub(crate) struct LineCount {
    at: usize,
    line: u64,
}

impl LineCount {
    pub(crate) fn of_block(block: &Block) -> Self {
        Self {
            at: 0,
            line: block.at.line,
        }
    }

    /// The line on which `place` stands.
    pub(crate) fn line_at(&mut self, place: usize, block: &Block) -> u64 {
        let passed = block.bytes().get(self.at..place);
        self.line += line_ends(passed.unwrap_or_default());
        self.at = place;
        self.line
    }
}

pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
