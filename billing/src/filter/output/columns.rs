//! An output of columns: an Arrow stream, whose last batch is the last record.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, Decimal128Array, RecordBatch, StringArray};
use arrow_ipc::reader::StreamReader;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::{ALTERED, CUT_SHORT, Line, NotWhole};
use crate::filter::hashed::hex;
use crate::filter::record::{End, Head};
use crate::read::guarded;

/// What the decoder takes from a file: hashed, and whether the file was over before the end mark came.
struct Watched {
    input: BufReader<File>,
    sha256: Sha256,
    bytes: u64,
    is_over: bool,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.sha256.update(&buffer[..read]);
        self.bytes += read as u64;
        self.is_over |= read == 0 && !buffer.is_empty();
        Ok(read)
    }
}

struct Batches(StreamReader<Watched>);

impl Batches {
    fn open(path: &Path) -> io::Result<Result<Self, String>> {
        let watched = Watched {
            input: BufReader::with_capacity(256 * 1024, File::open(path)?),
            sha256: Sha256::new(),
            bytes: 0,
            is_over: false,
        };
        let opened = guarded(|| StreamReader::try_new(watched, None));
        Ok(decoded(opened).map(Self))
    }

    fn next(&mut self) -> Result<Option<RecordBatch>, String> {
        decoded(guarded(|| self.0.next().transpose()))
    }

    fn seen(&self) -> &Watched {
        self.0.get_ref()
    }
}

fn decoded<T, E: std::fmt::Display>(result: Result<Result<T, E>, String>) -> Result<T, String> {
    let result = result.and_then(|inner| inner.map_err(|error| error.to_string()));
    result.map_err(|error| format!("cannot be decoded: {error}"))
}

/// The last record, and how much stands before its batch. A stream has no other way to its end than
/// through all of it, so its digest is checked here.
pub(super) fn end_of(path: &Path) -> io::Result<Result<(End, u64), NotWhole>> {
    let Ok(mut batches) = Batches::open(path)? else {
        return Ok(Err(CUT_SHORT));
    };
    let mut last = None;
    loop {
        let before = (batches.seen().sha256.clone(), batches.seen().bytes);
        match batches.next() {
            Err(_) => return Ok(Err(CUT_SHORT)),
            Ok(Some(batch)) => last = Some((batch, before)),
            Ok(None) => break,
        }
    }
    let Some((batch, (sha256, bytes))) = last.filter(|_| !batches.seen().is_over) else {
        return Ok(Err(CUT_SHORT));
    };
    let Some(end) = end_in(&batch) else {
        return Ok(Err(CUT_SHORT));
    };
    let is_as_made = end.output.bytes == bytes && end.output.sha256 == hex(&sha256.finalize());
    Ok(if is_as_made {
        Ok((end, bytes))
    } else {
        Err(ALTERED)
    })
}

fn end_in(batch: &RecordBatch) -> Option<End> {
    let rows = Rows::of(batch).ok()?;
    let record = rows.records.iter().last()??;
    let end: End = serde_json::from_str(record).ok()?;
    (end.ledgerly == End::KIND).then_some(end)
}

/// The columns of a batch.
struct Rows {
    ids: StringArray,
    totals: Decimal128Array,
    records: StringArray,
}

impl Rows {
    fn of(batch: &RecordBatch) -> Result<Self, String> {
        let column = |name: &str| {
            let column = batch.column_by_name(name);
            column.ok_or_else(|| format!("has no column {name}"))
        };
        let other = || "has columns of other types than a filter writes".to_owned();
        let text = |name: &str| {
            let column = column(name)?.as_string_opt::<i32>().cloned();
            column.ok_or_else(other)
        };
        let totals = column("total")?.as_primitive_opt::<Decimal128Type>();
        Ok(Self {
            ids: text("invoice_id")?,
            totals: totals.cloned().ok_or_else(other)?,
            records: text("ledgerly")?,
        })
    }
}

/// Reads the rows up to the last record.
pub(super) struct ColumnLines {
    batches: Result<Batches, String>,
    rows: Option<Rows>,
    row: usize,
}

impl ColumnLines {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            batches: Batches::open(path)?,
            rows: None,
            row: 0,
        })
    }

    pub(super) fn next(&mut self) -> Result<Option<Line<'_>>, String> {
        self.row += 1;
        while self
            .rows
            .as_ref()
            .is_none_or(|rows| self.row >= rows.ids.len())
        {
            let batches = self.batches.as_mut().map_err(|problem| problem.clone())?;
            let Some(batch) = batches.next()? else {
                return Err(CUT_SHORT.to_owned());
            };
            self.rows = Some(Rows::of(&batch)?);
            self.row = 0;
        }
        let Some(rows) = &self.rows else {
            return Ok(None);
        };
        line_in(rows, self.row)
    }
}

/// A row; `None` for the last record.
fn line_in(rows: &Rows, row: usize) -> Result<Option<Line<'_>>, String> {
    if rows.records.is_valid(row) {
        let record = rows.records.value(row).as_bytes();
        return Ok(match Head::of(record) {
            Some(head) if head.ledgerly == End::KIND => None,
            Some(head) => Some(Line::Record(head.ledgerly, record)),
            None => Some(Line::Json(record)),
        });
    }
    let total = decimal(rows.totals.value(row), rows.totals.scale());
    let total = total.ok_or("a total has more digits than there are")?;
    Ok(Some(Line::Total(rows.ids.value(row), total)))
}

/// `units / 10^scale`, without the zeros at its end: with them a long total is longer than a `Decimal`.
fn decimal(mut units: i128, scale: i8) -> Option<Decimal> {
    let mut scale = u32::try_from(scale).ok()?;
    while scale > 0 && units % 10 == 0 {
        (units, scale) = (units / 10, scale - 1);
    }
    Decimal::try_from_i128_with_scale(units, scale).ok()
}
