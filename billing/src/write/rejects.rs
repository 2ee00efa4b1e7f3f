//! Records that were refused, kept with their reason so that they can be corrected and fed again.

use std::io::{self, Write};

use serde::Serialize;

use crate::error::BadInput;
use crate::read::OriginalRecord;

/// Writes one JSON object a line: file, line, field, problem, header (CSV) and the original record.
#[derive(Debug)]
pub struct RejectWriter<W> {
    out: W,
    count: u64,
}

#[derive(Serialize)]
struct Reject<'a> {
    file: &'a str,
    line: Option<u64>,
    field: Option<&'a str>,
    problem: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<&'a str>,
    record: &'a str,
}

impl<W: Write> RejectWriter<W> {
    /// A writer to `out`.
    pub fn new(out: W) -> Self {
        Self { out, count: 0 }
    }

    /// How many records were refused so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Writes one refused record.
    pub fn reject(&mut self, bad: &BadInput, original: &OriginalRecord) -> io::Result<()> {
        self.count += 1;
        let reject = Reject {
            file: &bad.file,
            line: bad.line,
            field: bad.field.as_deref(),
            problem: &bad.problem,
            header: original.header.as_deref(),
            record: &original.text,
        };
        serde_json::to_writer(&mut self.out, &reject)?;
        self.out.write_all(b"\n")
    }

    /// The output, flushed.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}
