//! Columns that are decoded apart come together as they were, or not at all.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::file::properties::WriterProperties;

use super::{Parts, divided};
use crate::read::columnar::shared_file::SharedFile;

const ROWS: i64 = 120_000;

/// A column of numbers and one of the same as texts.
fn file() -> File {
    let texts: StringArray = (0..ROWS).map(|number| Some(number.to_string())).collect();
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(0..ROWS));
    let columns = [("number", numbers), ("text", Arc::new(texts))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let groups = WriterProperties::builder().set_max_row_group_row_count(Some(50_000));
    let out = tempfile::tempfile().unwrap();
    let copy = out.try_clone().unwrap();
    let mut writer = ArrowWriter::try_new(out, batch.schema(), Some(groups.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    copy
}

fn metadata_of(file: &SharedFile) -> ArrowReaderMetadata {
    ArrowReaderMetadata::load(file, ArrowReaderOptions::new()).unwrap()
}

#[test]
fn columns_that_are_decoded_apart_come_together_row_by_row() {
    let file = SharedFile::new(file()).unwrap();
    let metadata = metadata_of(&file);
    assert_eq!(divided(&metadata, 2), [[1], [0]]);
    assert_eq!(divided(&metadata, 9), [[1], [0]]);
    let mut parts = Parts::open(&file, &metadata).unwrap();
    let mut row = 0;
    while let Some(batch) = parts.next().unwrap() {
        let numbers = batch["number"].as_primitive::<Int64Type>().values();
        let texts = batch["text"].as_string::<i32>();
        for (number, text) in numbers.iter().zip(texts) {
            assert_eq!((*number, text), (row, Some(row.to_string().as_str())));
            row += 1;
        }
    }
    assert_eq!(row, ROWS);
    assert_eq!(parts.next().unwrap(), None, "the end stays the end");
}

#[test]
fn a_column_that_cannot_be_decoded_is_an_error_and_no_end() {
    let mut file = file();
    let metadata = metadata_of(&SharedFile::new(file.try_clone().unwrap()).unwrap());
    let column = metadata.metadata().row_group(1).column(1);
    let start = u64::try_from(column.data_page_offset()).unwrap();
    file.seek(SeekFrom::Start(start)).unwrap();
    file.write_all(&[0xff; 40]).unwrap();
    let file = SharedFile::new(file).unwrap();
    let mut parts = Parts::open(&file, &metadata).unwrap();
    let problem = loop {
        match parts.next() {
            Ok(batch) => assert!(batch.is_some(), "the end"),
            Err(problem) => break problem,
        }
    };
    assert!(problem.starts_with("cannot be decoded: "), "{problem}");
}
