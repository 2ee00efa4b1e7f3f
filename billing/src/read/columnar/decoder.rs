//! A Parquet file's columns, decoded batch by batch, and the names of line items apart from the others:
//! no total needs them.
//!
//! On one thread: a second one costs a third more and, since decoding is not what takes longest, ends
//! hardly sooner.

use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::Result as OfParquet;
use parquet::schema::types::SchemaDescriptor;

use super::guard::guarded;
use super::open::damaged;
use super::pages::{FlatCells, PageDecoder, Unusual};
use super::shared_file::SharedFile;

/// So many rows are decoded at a time.
const BATCH_ROWS: usize = 20_000;

/// The column of names, at the top or in the items.
const SKU: &str = "sku";

/// The batches of a file.
pub(super) struct ParquetDecoder {
    file: SharedFile,
    metadata: ArrowReaderMetadata,
    /// As long as nothing unusual was found.
    pages: Option<PageDecoder>,
    /// How many rows were decoded as pages before something unusual.
    row: usize,
    /// The library's reader of the rows that are not decoded as pages.
    rest: Option<ParquetRecordBatchReader>,
    skus: Option<Skus>,
}

/// The column of names, read where it is asked for.
#[derive(Default)]
struct Skus {
    reader: Option<ParquetRecordBatchReader>,
    /// How many rows of the file stand before those that the reader gives next.
    row: usize,
}

impl ParquetDecoder {
    /// Begins to decode `file`.
    pub(super) fn open(file: SharedFile, metadata: ArrowReaderMetadata) -> OfParquet<Self> {
        let is_there = leaves(metadata.parquet_schema(), true).next().is_some();
        let pages = PageDecoder::of(&file, &metadata).ok();
        let rest = match &pages {
            Some(_) => None,
            None => Some(reader(&file, &metadata, false, 0)?),
        };
        Ok(Self {
            pages,
            row: 0,
            rest,
            skus: is_there.then(Skus::default),
            file,
            metadata,
        })
    }

    /// The next cells of a flat book, as long as nothing unusual is found in its pages: `None` at the end of
    /// the book or where [`Self::next`] goes on.
    pub(super) fn next_cells(&mut self) -> Option<FlatCells> {
        let cells = self.pages.as_mut()?.next(BATCH_ROWS);
        cells.unwrap_or_else(|Unusual| {
            self.leave_pages();
            None
        })
    }

    /// The next batch of all columns but that of the names; `None` behind the last one.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>, String> {
        if self.pages.as_ref().is_some_and(PageDecoder::is_over) {
            return Ok(None);
        }
        self.leave_pages();
        let rest = if let Some(rest) = &mut self.rest {
            rest
        } else {
            let open = || reader(&self.file, &self.metadata, false, self.row);
            let opened = guarded(open).map_err(damaged)?.map_err(damaged)?;
            self.rest.insert(opened)
        };
        decoded(rest)
    }

    fn leave_pages(&mut self) {
        if let Some(pages) = self.pages.take() {
            self.row = pages.row();
        }
    }

    /// The names of a batch that `row` rows stand before; `None` where the file has none.
    pub(super) fn skus(&mut self, row: usize, rows: usize) -> Result<Option<RecordBatch>, String> {
        let Some(skus) = &mut self.skus else {
            return Ok(None);
        };
        let mut reader = match skus.reader.take() {
            Some(reader) if skus.row == row => reader,
            _ => guarded(|| reader(&self.file, &self.metadata, true, row))
                .map_err(damaged)?
                .map_err(damaged)?,
        };
        let batch = decoded(&mut reader)?;
        let batch = batch.filter(|batch| batch.num_rows() == rows);
        let batch = batch.ok_or_else(|| damaged("some columns have more rows than others"))?;
        *skus = Skus {
            reader: Some(reader),
            row: row + rows,
        };
        Ok(Some(batch))
    }
}

/// The columns whose cells are names, or all others.
fn leaves(schema: &SchemaDescriptor, of_skus: bool) -> impl Iterator<Item = usize> {
    let columns = schema.columns().iter().enumerate();
    columns.filter_map(move |(leaf, column)| {
        let is_sku = column.path().parts().last().is_some_and(|name| name == SKU);
        (is_sku == of_skus).then_some(leaf)
    })
}

fn reader(
    file: &SharedFile,
    metadata: &ArrowReaderMetadata,
    of_skus: bool,
    row: usize,
) -> OfParquet<ParquetRecordBatchReader> {
    let schema = metadata.parquet_schema();
    let columns = ProjectionMask::leaves(schema, leaves(schema, of_skus));
    ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata.clone())
        .with_projection(columns)
        .with_batch_size(BATCH_ROWS)
        .with_offset(row)
        .build()
}

fn decoded(reader: &mut ParquetRecordBatchReader) -> Result<Option<RecordBatch>, String> {
    let batch = guarded(|| reader.next()).map_err(damaged)?;
    batch.transpose().map_err(damaged)
}

#[cfg(test)]
mod tests;
