//! A filter's output as an Arrow IPC stream.

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{Decimal128Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use rust_decimal::Decimal;
use serde::Serialize;

use super::hashed::Hashed;
use super::record::OutputDigest;
use super::stream::StreamFormat;
use crate::error::Error;

/// So many rows are written at a time.
const BATCH_ROWS: usize = 8192;

/// Totals have as many digits as fit, and so many decimal places: no currency has more.
const TOTAL_DIGITS: u8 = 38;
const TOTAL_PLACES: i8 = 4;

/// Three columns: `invoice_id` and `total` of a result, or a record in `ledgerly`.
pub(super) struct ArrowStream<W: Write> {
    writer: StreamWriter<Hashed<W>>,
    schema: SchemaRef,
    ids: StringBuilder,
    totals: Decimal128Builder,
    records: StringBuilder,
    rows: usize,
}

impl<W: Write> ArrowStream<W> {
    pub(super) fn new(out: W) -> Result<Self, Error> {
        let total = DataType::Decimal128(TOTAL_DIGITS, TOTAL_PLACES);
        let schema = Arc::new(Schema::new(vec![
            Field::new("invoice_id", DataType::Utf8, true),
            Field::new("total", total.clone(), true),
            Field::new("ledgerly", DataType::Utf8, true),
        ]));
        let writer = StreamWriter::try_new(Hashed::new(out), &schema)
            .map_err(|error| Error::io("writing", "the output", failed(error)))?;
        Ok(Self {
            writer,
            schema,
            ids: StringBuilder::new(),
            totals: Decimal128Builder::new().with_data_type(total),
            records: StringBuilder::new(),
            rows: 0,
        })
    }

    pub(super) fn total(&mut self, invoice_id: &str, total: Decimal) -> io::Result<()> {
        let units = units_of(total).ok_or_else(|| {
            io::Error::other(format!(
                "the total {total} has more than {TOTAL_PLACES} decimal places or 38 digits"
            ))
        })?;
        self.ids.append_value(invoice_id);
        self.totals.append_value(units);
        self.records.append_null();
        self.row()
    }

    pub(super) fn record(&mut self, record: &impl Serialize) -> io::Result<()> {
        self.ids.append_null();
        self.totals.append_null();
        self.records.append_value(serde_json::to_string(record)?);
        self.row()
    }

    /// What was written so far; what follows stands in a batch of its own.
    pub(super) fn written(&mut self) -> io::Result<OutputDigest> {
        self.write()?;
        let out = self.writer.get_ref();
        Ok(OutputDigest {
            format: StreamFormat::Arrow,
            bytes: out.bytes(),
            sha256: out.digest(),
        })
    }

    /// Writes the mark at the end of the stream.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.write()?;
        self.writer.finish().map_err(failed)?;
        self.writer.into_inner().map_err(failed)?.flush()
    }

    fn row(&mut self) -> io::Result<()> {
        self.rows += 1;
        if self.rows < BATCH_ROWS {
            return Ok(());
        }
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.ids.finish()),
            Arc::new(self.totals.finish()),
            Arc::new(self.records.finish()),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(failed)?;
        self.writer.write(&batch).map_err(failed)
    }
}

/// `total` in units of its last place.
fn units_of(total: Decimal) -> Option<i128> {
    let exact = total.normalize();
    let missing = u32::try_from(TOTAL_PLACES)
        .ok()?
        .checked_sub(exact.scale())?;
    exact.mantissa().checked_mul(10_i128.checked_pow(missing)?)
}

fn failed(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        other => io::Error::other(other),
    }
}
