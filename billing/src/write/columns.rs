//! Results as columns: a Parquet file or an Arrow stream, written batch by batch.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::builder::{Decimal128Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use rust_decimal::Decimal;

/// The decimal places of a total: no currency has more. One type for every book, so that the results
/// of several can be read as one.
pub(super) const TOTAL_PLACES: u32 = 4;

/// With four places, 38 digits hold every total that there is.
const TOTAL_DIGITS: u8 = 38;

/// So many rows are written at a time, and to a row group of Parquet: what is held in memory.
const BATCH_ROWS: usize = 8192;
const ROW_GROUP_ROWS: usize = 128 * 1024;

/// The formats of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ColumnFormat {
    Parquet,
    Arrow,
}

/// Rows of columns in the making.
#[derive(Debug)]
pub(crate) struct ColumnRows {
    schema: SchemaRef,
    texts: Vec<StringBuilder>,
    /// The last column, when that is an amount.
    totals: Option<Decimal128Builder>,
    rows: usize,
}

/// Writes rows of columns.
pub(super) struct ColumnWriter<W: Write + Send> {
    encoder: Encoder<W>,
    waiting: ColumnRows,
}

enum Encoder<W: Write + Send> {
    Parquet(Box<ArrowWriter<W>>),
    Arrow(Box<StreamWriter<W>>),
}

impl ColumnRows {
    /// No rows yet of the columns `invoice_id` and `total`.
    pub(super) fn of_totals() -> Self {
        let digits = DataType::Decimal128(TOTAL_DIGITS, 4);
        let total = Field::new("total", digits.clone(), false);
        let invoice_id = Field::new("invoice_id", DataType::Utf8, false);
        Self {
            schema: Arc::new(Schema::new(vec![invoice_id, total])),
            texts: vec![StringBuilder::new()],
            totals: Some(Decimal128Builder::new().with_data_type(digits)),
            rows: 0,
        }
    }

    /// No rows yet of columns of texts.
    pub(super) fn of_texts(names: &[&str]) -> Self {
        let fields = names.iter();
        let fields = fields.map(|name| Field::new(*name, DataType::Utf8, true));
        Self {
            schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())),
            texts: names.iter().map(|_| StringBuilder::new()).collect(),
            totals: None,
            rows: 0,
        }
    }

    /// Adds a row of texts; an empty one says nothing.
    pub(super) fn add_texts(&mut self, texts: &[String]) {
        for (column, text) in self.texts.iter_mut().zip(texts) {
            column.append_option(Some(text).filter(|text| !text.is_empty()));
        }
        self.rows += 1;
    }

    /// Adds an invoice's total.
    pub(super) fn add_total(&mut self, invoice_id: &str, total: Decimal) -> io::Result<()> {
        let units = units_of(total).ok_or_else(|| too_long(total))?;
        self.add_total_units(invoice_id, units);
        Ok(())
    }

    /// Adds a total in units of 10^-[`TOTAL_PLACES`].
    pub(super) fn add_total_units(&mut self, invoice_id: &str, units: i128) {
        if let ([ids], Some(totals)) = (&mut self.texts[..], &mut self.totals) {
            ids.append_value(invoice_id);
            totals.append_value(units);
            self.rows += 1;
        }
    }

    /// The rows as a batch; none is left.
    pub(super) fn take(&mut self) -> io::Result<RecordBatch> {
        let texts = self.texts.iter_mut();
        let mut columns: Vec<ArrayRef> = texts
            .map(|column| Arc::new(column.finish()) as ArrayRef)
            .collect();
        if let Some(totals) = &mut self.totals {
            columns.push(Arc::new(totals.finish()));
        }
        self.rows = 0;
        RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(io::Error::other)
    }
}

impl<W: Write + Send> fmt::Debug for ColumnWriter<W> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("ColumnWriter");
        shown
            .field("waiting", &self.waiting)
            .finish_non_exhaustive()
    }
}

impl<W: Write + Send> ColumnWriter<W> {
    /// A writer to `out` of rows like `rows`.
    pub(super) fn new(out: W, format: ColumnFormat, rows: ColumnRows) -> io::Result<Self> {
        let schema = Arc::clone(&rows.schema);
        let encoder = match format {
            ColumnFormat::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
                    .set_dictionary_enabled(false)
                    .build();
                let writer = ArrowWriter::try_new(out, schema, Some(properties));
                Encoder::Parquet(Box::new(writer.map_err(of_parquet)?))
            }
            ColumnFormat::Arrow => {
                let writer = StreamWriter::try_new(out, &schema);
                Encoder::Arrow(Box::new(writer.map_err(of_arrow)?))
            }
        };
        Ok(Self {
            encoder,
            waiting: rows,
        })
    }

    /// Changes the rows that wait, and writes them when they are many.
    pub(super) fn add(
        &mut self,
        add: impl FnOnce(&mut ColumnRows) -> io::Result<()>,
    ) -> io::Result<()> {
        add(&mut self.waiting)?;
        if self.waiting.rows < BATCH_ROWS {
            return Ok(());
        }
        self.write_waiting()
    }

    /// Writes rows that were set apart.
    pub(super) fn append(&mut self, rows: &mut ColumnRows) -> io::Result<()> {
        self.write_waiting()?;
        self.write(rows)
    }

    /// Writes what is left, and what stands at the end. Returns the output, flushed.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.write_waiting()?;
        let mut out = match self.encoder {
            Encoder::Parquet(writer) => writer.into_inner().map_err(of_parquet)?,
            Encoder::Arrow(writer) => writer.into_inner().map_err(of_arrow)?,
        };
        out.flush()?;
        Ok(out)
    }

    fn write_waiting(&mut self) -> io::Result<()> {
        let mut waiting = std::mem::replace(&mut self.waiting, ColumnRows::of_texts(&[]));
        let written = self.write(&mut waiting);
        self.waiting = waiting;
        written
    }

    fn write(&mut self, rows: &mut ColumnRows) -> io::Result<()> {
        if rows.rows == 0 {
            return Ok(());
        }
        let batch = rows.take()?;
        match &mut self.encoder {
            Encoder::Parquet(writer) => writer.write(&batch).map_err(of_parquet),
            Encoder::Arrow(writer) => writer.write(&batch).map_err(of_arrow),
        }
    }
}

/// `total` in units of 10^-[`TOTAL_PLACES`], if that is exact.
fn units_of(total: Decimal) -> Option<i128> {
    let total = if total.scale() > TOTAL_PLACES {
        total.normalize()
    } else {
        total
    };
    let power = 10_i128.pow(TOTAL_PLACES.checked_sub(total.scale())?);
    total.mantissa().checked_mul(power)
}

fn too_long(total: Decimal) -> io::Error {
    io::Error::other(format!(
        "the total {total} has more than {TOTAL_PLACES} decimal places (write the results as CSV)"
    ))
}

/// What the system said, where that is what went wrong.
fn of_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(source) => *source,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

/// The same of an Arrow stream.
fn of_arrow(error: arrow_schema::ArrowError) -> io::Error {
    match error {
        arrow_schema::ArrowError::IoError(_, source) => source,
        other => io::Error::other(other),
    }
}
