//! Cutting a Parquet book: each chunk, and each row group in it, holds whole invoices.

use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::limit::Limit;
use super::manifest::Manifest;
use super::writer::{ChunkFile, Chunks};
use crate::error::{BadInput, Error};
use crate::read::{Begins, OpenedInput, guarded};

/// So many rows make a row group, up to the end of their invoice.
const ROW_GROUP_ROWS: usize = 128 * 1024;

/// Cuts a Parquet book.
pub(super) fn split_columns(
    input: OpenedInput,
    limit: Limit,
    folder: &Path,
) -> Result<Manifest, Error> {
    let name = input.file.clone();
    let opened = opened(input.into_file()?.0).map_err(|problem| refused(&name, problem))?;
    let begins = Begins::of(&opened.schema).map_err(|problem| refused(&name, problem))?;
    let chunks = Chunks::create(folder, (name.clone(), "parquet"), limit, opened.rows)?;
    let mut splitter = Splitter {
        name,
        schema: opened.schema,
        chunks,
        open: None,
        row: 1,
    };
    splitter.split(opened.batches, begins)?;
    splitter.publish()
}

struct Opened {
    schema: SchemaRef,
    rows: u64,
    batches: ParquetRecordBatchReader,
}

fn opened(file: File) -> Result<Opened, String> {
    let build = || -> Result<Opened, ParquetError> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let rows = builder.metadata().file_metadata().num_rows();
        Ok(Opened {
            schema: builder.schema().clone(),
            rows: u64::try_from(rows).unwrap_or_default(),
            batches: builder.build()?,
        })
    };
    decoded(guarded(build))
}

/// What a decoder gave, or why it did not.
fn decoded<T, E: std::fmt::Display>(result: Result<Result<T, E>, String>) -> Result<T, String> {
    let result = result.and_then(|inner| inner.map_err(|error| error.to_string()));
    result.map_err(|error| format!("cannot be decoded: {error} (is the file whole?)"))
}

struct Splitter {
    name: String,
    schema: SchemaRef,
    chunks: Chunks,
    open: Option<ArrowWriter<ChunkFile>>,
    /// The row of the book that follows.
    row: u64,
}

impl Splitter {
    fn split(
        &mut self,
        mut batches: ParquetRecordBatchReader,
        mut begins: Begins,
    ) -> Result<(), Error> {
        while let Some(batch) = guarded(|| batches.next()).transpose() {
            let batch = decoded(batch).map_err(|problem| refused(&self.name, problem))?;
            let rows = begins.in_batch(&batch);
            let rows = rows.map_err(|problem| refused(&self.name, problem))?;
            self.add(&batch, &rows)?;
        }
        Ok(())
    }

    /// Adds a batch in which invoices begin on these rows.
    fn add(&mut self, batch: &RecordBatch, begins: &[usize]) -> Result<(), Error> {
        let mut from = 0;
        for &row in begins {
            self.write(batch, from, row)?;
            from = row;
            self.next_invoice()?;
        }
        self.write(batch, from, batch.num_rows())
    }

    fn write(&mut self, batch: &RecordBatch, from: usize, to: usize) -> Result<(), Error> {
        if from == to {
            return Ok(());
        }
        let rows = (to - from) as u64;
        self.row += rows;
        self.chunks.fill.position += rows;
        let Some(writer) = &mut self.open else {
            return Ok(());
        };
        let written = writer.write(&batch.slice(from, to - from));
        written.map_err(|error| self.chunks.failed(error.into()))
    }

    /// Begins an invoice: in a chunk of its own when this one is full.
    fn next_invoice(&mut self) -> Result<(), Error> {
        if let Some(writer) = &mut self.open {
            let bytes = writer.bytes_written() + writer.in_progress_size();
            self.chunks.fill.bytes = bytes as u64;
            if self.chunks.is_full(0) {
                self.close()?;
            } else if writer.in_progress_rows() >= ROW_GROUP_ROWS {
                let flushed = writer.flush();
                flushed.map_err(|error| self.chunks.failed(error.into()))?;
            }
        }
        if self.open.is_none() {
            let file = self.chunks.open(self.row)?;
            let writer = ArrowWriter::try_new(file, self.schema.clone(), Some(properties()));
            self.open = Some(writer.map_err(|error| self.chunks.failed(error.into()))?);
        }
        self.chunks.fill.invoices += 1;
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some(writer) = self.open.take() else {
            return Ok(());
        };
        let file = writer.into_inner();
        let file = file.map_err(|error| self.chunks.failed(error.into()))?;
        self.chunks.close(file)
    }

    fn publish(mut self) -> Result<Manifest, Error> {
        self.close()?;
        self.chunks.publish()
    }
}

/// Row groups end where they are told to.
fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(None)
        .build()
}

fn refused(file: &str, problem: String) -> Error {
    BadInput {
        file: file.to_owned(),
        line: None,
        field: None,
        problem,
    }
    .into()
}
