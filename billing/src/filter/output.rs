//! The output of a filter, read again: whole by its last record, or not at all.

mod columns;
mod text;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;

use self::columns::ColumnLines;
use self::text::TextLines;
use super::record::{End, Reject};
use super::stream::StreamFormat;
use crate::error::{BadInput, Error};

/// What an Arrow stream begins with; no text does.
const ARROW_STREAM: &[u8] = b"\xff\xff\xff\xff";

/// An output that has its last record.
#[derive(Debug)]
pub(crate) struct FilterOutput {
    pub(crate) path: PathBuf,
    pub(crate) end: End,
    /// How much stands before the last record, or its batch.
    length: u64,
}

/// A line of an output.
#[derive(Debug)]
pub(crate) enum Line<'l> {
    Json(&'l [u8]),
    Csv(&'l [u8]),
    Total(&'l str, Decimal),
    /// A record that is no result, of this kind.
    Record(String, &'l [u8]),
}

/// Why an output cannot be taken for one.
pub(crate) type NotWhole = &'static str;

const CUT_SHORT: NotWhole = "has no record at its end: it was cut short, or not made with --filter";
const ALTERED: NotWhole = "was altered after it was made (make it again)";

impl FilterOutput {
    /// The output at `path`; the inner error says why it is not whole.
    pub(crate) fn open(path: &Path) -> Result<Result<Self, NotWhole>, Error> {
        let failed = |error| Error::io("reading", path.display(), error);
        let start = start_of(path).map_err(failed)?;
        if start.starts_with(b"PAR1") || start.starts_with(b"ARROW1") {
            return Ok(Err(
                "is a file of columns, which has no record at its end (allowed: what --filter, \
                 --filter=csv and --filter=arrow write)",
            ));
        }
        let ended = if start == ARROW_STREAM {
            columns::end_of(path)
        } else {
            text::end_of(path)
        };
        Ok(ended.map_err(failed)?.map(|(end, length)| Self {
            path: path.to_owned(),
            end,
            length,
        }))
    }

    /// Its lines up to the last record.
    pub(crate) fn lines(&self) -> Result<OutputLines<'_>, Error> {
        let failed = |error| Error::io("reading", self.path.display(), error);
        let source = match self.end.output.format {
            StreamFormat::Arrow => {
                let lines = ColumnLines::open(&self.path).map_err(failed)?;
                Source::Columns(Box::new(lines))
            }
            StreamFormat::Ndjson | StreamFormat::Csv => {
                Source::Text(TextLines::open(self).map_err(failed)?)
            }
        };
        Ok(OutputLines {
            output: self,
            source,
            results: 0,
            rejects: 0,
        })
    }

    /// Whether its totals have lost how many decimal places their currency has.
    pub(crate) fn has_columns(&self) -> bool {
        self.end.output.format == StreamFormat::Arrow
    }

    /// That something is wrong on a line.
    pub(crate) fn bad_input(&self, line: Option<u64>, problem: String) -> Error {
        BadInput {
            file: self.path.display().to_string(),
            line,
            field: None,
            problem,
        }
        .into()
    }
}

fn start_of(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut start = Vec::new();
    let length = ARROW_STREAM.len() as u64;
    File::open(path)?.take(length).read_to_end(&mut start)?;
    Ok(start)
}

/// Reads the lines of an output, and holds them against its last record.
pub(crate) struct OutputLines<'o> {
    output: &'o FilterOutput,
    source: Source<'o>,
    pub(crate) results: u64,
    pub(crate) rejects: u64,
}

enum Source<'o> {
    Text(TextLines<'o>),
    Columns(Box<ColumnLines>),
}

impl OutputLines<'_> {
    /// The next line; `None` at the end, when all that was read is what was written.
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, Error> {
        let output = self.output;
        let next = match &mut self.source {
            Source::Text(lines) => lines.next(),
            Source::Columns(lines) => lines.next(),
        };
        let line = next.map_err(|problem| output.bad_input(None, problem))?;
        match &line {
            Some(Line::Record(kind, _)) => self.rejects += u64::from(kind == Reject::KIND),
            Some(_) => self.results += 1,
            None => {}
        }
        Ok(line)
    }
}
