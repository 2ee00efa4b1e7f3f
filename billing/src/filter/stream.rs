//! A filter's output: results in the order of the input, rejects on a channel of their own or between
//! the results, and the record at the end.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::arrow::ArrowStream;
use super::hashed::Hashed;
use super::ids::IdRange;
use super::input::InputPrint;
use super::record::{End, OutputDigest, Reject};
use crate::error::Error;
use crate::read::recent::BlockIds;
use crate::write::{OutputFormat, TotalRows};

/// So much output is written at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// The formats in which a filter writes: those that have room for a record at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StreamFormat {
    /// A record a line
    Ndjson,
    /// Rows without a header; what is no result is a line of JSON between them
    Csv,
    /// An Arrow IPC stream; what is no result stands in a column of its own
    Arrow,
}

/// Where a channel goes: written as it comes.
pub(crate) enum Channel {
    Stdout,
    File(PathBuf),
}

/// The output in the making.
pub(crate) struct FilterStream {
    results: Results,
    rejects: Option<BufWriter<Box<dyn Write>>>,
    invoices: u64,
    rejected: u64,
    ids: IdRange,
}

enum Results {
    Text(TextStream),
    Arrow(Box<ArrowStream<BufWriter<Box<dyn Write>>>>),
}

/// Lines of text.
struct TextStream {
    format: OutputFormat,
    out: Hashed<BufWriter<Box<dyn Write>>>,
    /// Memory for a row.
    row: Vec<u8>,
}

impl Channel {
    /// The channel that a path stands for; `-` is standard output.
    pub(crate) fn of(path: &Path) -> Self {
        if path.as_os_str() == "-" {
            Self::Stdout
        } else {
            Self::File(path.to_owned())
        }
    }

    fn open(&self) -> Result<BufWriter<Box<dyn Write>>, Error> {
        let out: Box<dyn Write> = match self {
            Self::Stdout => Box::new(io::stdout()),
            Self::File(path) => {
                let file = File::create(path);
                Box::new(file.map_err(|error| Error::io("creating", path.display(), error))?)
            }
        };
        Ok(BufWriter::with_capacity(BUFFER_BYTES, out))
    }
}

impl FilterStream {
    /// Results to `out`; without a channel of their own, rejects stand between them.
    pub(crate) fn open(
        out: &Channel,
        format: StreamFormat,
        rejects: Option<&Channel>,
    ) -> Result<Self, Error> {
        let out = out.open()?;
        Ok(Self {
            results: match format {
                StreamFormat::Ndjson => Results::Text(TextStream::new(OutputFormat::Ndjson, out)),
                StreamFormat::Csv => Results::Text(TextStream::new(OutputFormat::Csv, out)),
                StreamFormat::Arrow => Results::Arrow(Box::new(ArrowStream::new(out)?)),
            },
            rejects: rejects.map(Channel::open).transpose()?,
            invoices: 0,
            rejected: 0,
            ids: IdRange::default(),
        })
    }

    /// The format of the lines as which results are taken, if they are.
    pub(crate) fn line_format(&self) -> Option<OutputFormat> {
        match &self.results {
            Results::Text(text) => Some(text.format),
            Results::Arrow(_) => None,
        }
    }

    /// Counts invoices that were read, the refused ones included.
    pub(crate) fn count(&mut self, ids: &BlockIds, invoices: u64) {
        self.invoices += invoices;
        self.ids.add(ids);
    }

    /// Counts one invoice that was read.
    pub(crate) fn count_one(&mut self, id: Option<&str>) {
        self.invoices += 1;
        if let Some(id) = id {
            self.ids.add_one(id);
        }
    }

    /// Writes the total of an invoice.
    pub(crate) fn total(&mut self, invoice_id: &str, total: Decimal) -> Result<(), Error> {
        match &mut self.results {
            Results::Text(text) => text.total(invoice_id, total),
            Results::Arrow(out) => out.total(invoice_id, total),
        }
        .map_err(unwritten)
    }

    /// Writes results that are lines already.
    pub(crate) fn lines(&mut self, lines: &[u8]) -> Result<(), Error> {
        match &mut self.results {
            Results::Text(text) => text.out.write_all(lines).map_err(unwritten),
            Results::Arrow(_) => Err(Error::Usage("results in columns are no lines".to_owned())),
        }
    }

    /// Writes a record that is not a result, or a result that has a shape of its own.
    pub(crate) fn record(&mut self, record: &impl Serialize) -> Result<(), Error> {
        match &mut self.results {
            Results::Text(text) => line(&mut text.out, record),
            Results::Arrow(out) => out.record(record),
        }
        .map_err(unwritten)
    }

    /// Writes an invoice that is refused; it must have been counted.
    pub(crate) fn reject(&mut self, reject: &Reject) -> Result<(), Error> {
        self.rejected += 1;
        match &mut self.rejects {
            None => self.record(reject),
            Some(rejects) => {
                line(rejects, reject).map_err(|error| Error::io("writing", "the rejects", error))
            }
        }
    }

    /// Writes the record at the end, after the rejects. Returns how many invoices were refused.
    pub(crate) fn finish(mut self, input: InputPrint, policy: Vec<String>) -> Result<u64, Error> {
        if let Some(rejects) = &mut self.rejects {
            let flushed = rejects.flush();
            flushed.map_err(|error| Error::io("writing", "the rejects", error))?;
        }
        let output = match &mut self.results {
            Results::Text(text) => text.written(),
            Results::Arrow(out) => out.written().map_err(unwritten)?,
        };
        let end = End {
            ledgerly: End::KIND.to_owned(),
            invoices: self.invoices,
            priced: self.invoices - self.rejected,
            rejected: self.rejected,
            ids: std::mem::take(&mut self.ids),
            input,
            policy,
            output,
        };
        self.record(&end)?;
        match self.results {
            Results::Text(text) => text.out.into_inner().flush(),
            Results::Arrow(out) => out.finish(),
        }
        .map_err(unwritten)?;
        Ok(self.rejected)
    }
}

impl TextStream {
    fn new(format: OutputFormat, out: BufWriter<Box<dyn Write>>) -> Self {
        Self {
            format,
            out: Hashed::new(out),
            row: Vec::new(),
        }
    }

    fn total(&mut self, invoice_id: &str, total: Decimal) -> io::Result<()> {
        let mut rows = TotalRows::new(Some(self.format), std::mem::take(&mut self.row));
        rows.add(invoice_id, total)?;
        self.out.write_all(rows.lines())?;
        self.row = rows.into_memory();
        Ok(())
    }

    fn written(&self) -> OutputDigest {
        OutputDigest {
            format: match self.format {
                OutputFormat::Csv => StreamFormat::Csv,
                _ => StreamFormat::Ndjson,
            },
            bytes: self.out.bytes(),
            sha256: self.out.digest(),
        }
    }
}

fn line(out: &mut impl Write, record: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, record)?;
    out.write_all(b"\n")
}

fn unwritten(error: io::Error) -> Error {
    Error::io("writing", "the output", error)
}
