//! Names are read apart from the other columns, wherever they are asked for, or not at all.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::properties::WriterProperties;

use super::{BATCH_ROWS, ParquetDecoder};
use crate::read::columnar::shared_file::SharedFile;

const ROWS: i64 = 120_000;

/// A column of numbers and one of the same as names.
fn file() -> File {
    let names: StringArray = (0..ROWS).map(|number| Some(number.to_string())).collect();
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..ROWS));
    let columns = [("number", numbers), ("sku", Arc::new(names))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let groups = WriterProperties::builder().set_max_row_group_row_count(Some(50_000));
    let out = tempfile::tempfile().unwrap();
    let copy = out.try_clone().unwrap();
    let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(groups.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    copy
}

fn decoder(file: File) -> ParquetDecoder {
    let file = SharedFile::new(file).unwrap();
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).unwrap();
    ParquetDecoder::open(file, metadata).unwrap()
}

/// Holds the names of a batch against the numbers in it.
fn are_named(decoder: &mut ParquetDecoder, batch: &RecordBatch) {
    let numbers = batch.column(0).as_primitive::<Int64Type>().values();
    let row = usize::try_from(numbers[0]).unwrap();
    let names = decoder.skus(row, numbers.len()).unwrap().unwrap();
    let names = names.column(0).as_string::<i32>();
    for (number, name) in numbers.iter().zip(names) {
        assert_eq!(name, Some(number.to_string().as_str()));
    }
}

#[test]
fn names_fit_the_other_columns_whichever_batches_are_named() {
    let mut every = decoder(file());
    while let Some(batch) = every.next().unwrap() {
        are_named(&mut every, &batch);
    }
    assert!(every.next().unwrap().is_none(), "the end stays the end");

    let mut some = decoder(file());
    let mut batches = Vec::new();
    while let Some(batch) = some.next().unwrap() {
        assert_eq!(batch.num_columns(), 1);
        batches.push(batch);
    }
    for index in [2, 3, 5, 1, 4] {
        are_named(&mut some, &batches[index]);
    }
}

#[test]
fn names_that_cannot_be_decoded_are_an_error_when_they_are_asked_for_and_no_end() {
    let mut file = file();
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).unwrap();
    let column = metadata.metadata().row_group(1).column(1);
    let start = u64::try_from(column.data_page_offset()).unwrap();
    file.seek(SeekFrom::Start(start)).unwrap();
    file.write_all(&[0xff; 40]).unwrap();
    let mut decoder = decoder(file);
    let mut rows = 0;
    while let Some(batch) = decoder.next().unwrap() {
        rows += batch.num_rows();
    }
    assert_eq!(rows, 120_000);
    are_refused(decoder.skus(7 * BATCH_ROWS, BATCH_ROWS));
    assert!(decoder.skus(0, BATCH_ROWS).is_ok());
    are_refused(decoder.skus(rows, 1));
}

fn are_refused(names: Result<Option<RecordBatch>, String>) {
    let problem = names.unwrap_err();
    assert!(problem.starts_with("cannot be decoded: "), "{problem}");
}
