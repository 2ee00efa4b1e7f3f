//! The columns of a Parquet file, decoded on all cores: each decodes some of them, batch by batch, and
//! the batches are joined, so rows keep their order and little is held, however large row groups are.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::Result as OfParquet;

use super::guard::guarded;
use super::open::damaged;
use super::shared_file::SharedFile;

/// So many rows are decoded at a time.
const BATCH_ROWS: usize = 8192;

/// So many batches wait to be joined.
const WAITING_MAX: usize = 2;

/// A file of fewer rows is decoded where it is read: it would not be worth a thread.
const ROWS_FOR_THREADS: i64 = 100_000;

/// What decoding a value costs besides its bytes, in bytes.
const VALUE_COST: i64 = 8;

/// A batch of some columns; `None` behind the last one.
type Decoded = Result<Option<RecordBatch>, String>;

/// The batches of a file, in parts.
pub(super) struct Parts {
    parts: Vec<Part>,
    /// Whether all have come to their end, which each tells once.
    is_over: bool,
}

enum Part {
    Here(Box<ParquetRecordBatchReader>),
    There(Receiver<Decoded>),
}

impl Parts {
    /// Begins to decode `file`.
    pub(super) fn open(file: &SharedFile, metadata: &ArrowReaderMetadata) -> OfParquet<Self> {
        let rows = metadata.metadata().file_metadata().num_rows();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let count = if rows < ROWS_FOR_THREADS { 1 } else { cores };
        let parts = divided(metadata, count).into_iter().map(|roots| {
            let columns = ProjectionMask::roots(metadata.parquet_schema(), roots);
            let metadata = metadata.clone();
            ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata)
                .with_projection(columns)
                .with_batch_size(BATCH_ROWS)
                .build()
        });
        let readers: Vec<_> = parts.collect::<OfParquet<_>>()?;
        let parts = readers.into_iter().map(|reader| match count {
            1 => Part::Here(Box::new(reader)),
            _ => Part::there(reader),
        });
        Ok(Self {
            parts: parts.collect(),
            is_over: false,
        })
    }

    /// The next batch of all columns; `None` behind the last one, however often it is asked for.
    pub(super) fn next(&mut self) -> Decoded {
        if self.is_over {
            return Ok(None);
        }
        let batches = self.parts.iter_mut().map(Part::next);
        let batches: Vec<_> = batches.collect::<Result<_, _>>()?;
        if batches.iter().all(Option::is_none) {
            self.is_over = true;
            return Ok(None);
        }
        let batches: Option<Vec<RecordBatch>> = batches.into_iter().collect();
        let batches = batches.ok_or_else(|| damaged("some columns have more rows than others"))?;
        joined(batches).map(Some)
    }
}

impl Part {
    fn there(reader: ParquetRecordBatchReader) -> Self {
        let (sender, batches) = sync_channel(WAITING_MAX);
        thread::spawn(move || send_all(reader, &sender));
        Self::There(batches)
    }

    fn next(&mut self) -> Decoded {
        match self {
            Self::Here(reader) => decoded(reader),
            // Only a part that says so has come to its end.
            Self::There(batches) => batches
                .recv()
                .unwrap_or_else(|_| Err(damaged("the decoder failed"))),
        }
    }
}

/// Ends behind the last batch, or when nobody waits for more.
fn send_all(mut reader: ParquetRecordBatchReader, batches: &SyncSender<Decoded>) {
    loop {
        let batch = decoded(&mut reader);
        let has_more = matches!(batch, Ok(Some(_)));
        if batches.send(batch).is_err() || !has_more {
            return;
        }
    }
}

fn decoded(reader: &mut ParquetRecordBatchReader) -> Decoded {
    let batch = guarded(|| reader.next()).map_err(damaged)?;
    batch.transpose().map_err(damaged)
}

/// The columns of the file divided into at most `count` parts of like cost.
fn divided(metadata: &ArrowReaderMetadata, count: usize) -> Vec<Vec<usize>> {
    let schema = metadata.parquet_schema();
    let mut costs: Vec<(i64, usize)> = (0..schema.root_schema().get_fields().len())
        .map(|root| (0, root))
        .collect();
    for group in metadata.metadata().row_groups() {
        for (leaf, column) in group.columns().iter().enumerate() {
            let values = column.num_values().saturating_mul(VALUE_COST);
            if let Some((cost, _)) = costs.get_mut(schema.get_column_root_idx(leaf)) {
                *cost = cost.saturating_add(values.saturating_add(column.uncompressed_size()));
            }
        }
    }
    costs.sort_unstable_by(|one, two| two.cmp(one));
    let mut parts: Vec<(i64, Vec<usize>)> =
        vec![(0, Vec::new()); count.clamp(1, costs.len().max(1))];
    for (cost, root) in costs {
        // Each goes to the part that has least to do so far.
        if let Some((sum, roots)) = parts.iter_mut().min_by_key(|(sum, _)| *sum) {
            *sum = sum.saturating_add(cost);
            roots.push(root);
        }
    }
    parts
        .into_iter()
        .map(|(_, roots)| roots)
        .filter(|roots| !roots.is_empty())
        .collect()
}

/// One batch of the columns of all.
fn joined(mut batches: Vec<RecordBatch>) -> Result<RecordBatch, String> {
    if batches.len() == 1
        && let Some(batch) = batches.pop()
    {
        return Ok(batch);
    }
    let schemas: Vec<_> = batches.iter().map(RecordBatch::schema).collect();
    let fields = schemas
        .iter()
        .flat_map(|schema| schema.fields().iter().cloned());
    let fields: Vec<_> = fields.collect();
    let columns = batches
        .iter()
        .flat_map(|batch| batch.columns().iter().cloned());
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.collect()).map_err(damaged)
}

#[cfg(test)]
mod tests;
