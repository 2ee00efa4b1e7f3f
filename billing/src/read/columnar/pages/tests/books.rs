//! Books, and how they are written.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Decimal64Array, Decimal128Array, Int32Array, Int64Array, RecordBatch,
    StringArray,
};
use arrow_schema::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use proptest::prelude::*;

pub(super) const COLUMNS: [&str; 6] = [
    "invoice_id",
    "tier",
    "loyalty_member",
    "days_overdue",
    "unit_price",
    "quantity",
];

/// How a book is written.
#[derive(Clone, Debug)]
pub(super) struct Writing {
    pub(super) compression: Compression,
    pub(super) has_dictionary: bool,
    pub(super) dictionary_bytes: usize,
    pub(super) page_rows: usize,
    pub(super) group_rows: usize,
    pub(super) version: WriterVersion,
    pub(super) may_be_absent: bool,
    pub(super) prices: Prices,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Prices {
    Words,
    Bytes,
    WideBytes,
    Whole,
}

/// Identifiers of some lengths, each of which stands in a few rows.
pub(super) fn identifiers() -> impl Strategy<Value = Vec<String>> {
    let identifier = prop_oneof![
        8 => "[A-Z]{1,4}-[0-9]{1,9}",
        1 => "[ -~]{13,40}",
        1 => "[AB]{17}",
        1 => "[äöü€ a]{0,6}",
    ];
    let runs = prop::collection::vec((identifier, 1_usize..9), 1..90);
    runs.prop_map(|runs| {
        let repeated = runs.into_iter().map(|(id, rows)| vec![id; rows]);
        repeated.flatten().collect()
    })
}

pub(super) fn writings() -> impl Strategy<Value = Writing> {
    let compression = prop_oneof![
        4 => Just(Compression::SNAPPY),
        1 => Just(Compression::UNCOMPRESSED),
        1 => Just(Compression::LZ4_RAW),
        1 => Just(Compression::ZSTD(ZstdLevel::default())),
        1 => Just(Compression::GZIP(GzipLevel::default())),
    ];
    let version = prop_oneof![
        Just(WriterVersion::PARQUET_1_0),
        Just(WriterVersion::PARQUET_2_0)
    ];
    let prices = prop_oneof![
        Just(Prices::Words),
        Just(Prices::Bytes),
        Just(Prices::WideBytes),
        Just(Prices::Whole)
    ];
    let sizes = (
        prop_oneof![Just(64_usize), Just(4096)],
        1_usize..200,
        1_usize..300,
    );
    (
        compression,
        any::<bool>(),
        sizes,
        version,
        any::<bool>(),
        prices,
    )
        .prop_map(
            |(compression, has_dictionary, sizes, version, may_be_absent, prices)| Writing {
                compression,
                has_dictionary,
                dictionary_bytes: sizes.0,
                page_rows: sizes.1,
                group_rows: sizes.2,
                version,
                may_be_absent,
                prices,
            },
        )
}

pub(super) fn array<A: arrow_array::Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}

/// A column of prices that are made from the number of their row.
pub(super) fn prices(rows: usize, prices: Prices) -> ArrayRef {
    let numbers = (0..rows).map(|row| i64::try_from(row * 7919 % 1_000).unwrap() - 9);
    match prices {
        Prices::Words => {
            let decimals = Decimal64Array::from_iter_values(numbers);
            array(decimals.with_precision_and_scale(12, 4).unwrap())
        }
        Prices::Bytes | Prices::WideBytes => {
            let digits = if matches!(prices, Prices::Bytes) {
                20
            } else {
                38
            };
            let decimals = Decimal128Array::from_iter_values(numbers.map(i128::from));
            array(decimals.with_precision_and_scale(digits, 2).unwrap())
        }
        Prices::Whole => array(Int64Array::from_iter_values(numbers)),
    }
}

/// A book with these identifiers, in columns.
pub(super) fn book(ids: &[String], writing: &Writing) -> RecordBatch {
    let rows = 0..ids.len();
    let tier = |row: usize| ["gold", "silver", "", "sølv"][row * row % 7 % 4];
    let days = |row: usize| i32::try_from(row / 5 % 90).unwrap() - 1;
    let columns = [
        array(StringArray::from_iter_values(ids)),
        array(StringArray::from_iter_values(rows.clone().map(tier))),
        array(
            rows.clone()
                .map(|row| Some(row / 3 % 2 == 0))
                .collect::<BooleanArray>(),
        ),
        array(Int32Array::from_iter_values(rows.clone().map(days))),
        prices(ids.len(), writing.prices),
        array(Int64Array::from_iter_values(
            rows.map(|row| i64::from(row % 40 == 0) << 40),
        )),
    ];
    let fields = COLUMNS
        .iter()
        .zip(&columns)
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), writing.may_be_absent));
    RecordBatch::try_new(
        Arc::new(Schema::new(fields.collect::<Vec<_>>())),
        columns.to_vec(),
    )
    .unwrap()
}

pub(super) fn written(batch: &RecordBatch, writing: &Writing) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(writing.compression)
        .set_dictionary_enabled(writing.has_dictionary)
        .set_dictionary_page_size_limit(writing.dictionary_bytes)
        .set_data_page_row_count_limit(writing.page_rows)
        .set_write_batch_size(writing.page_rows)
        .set_max_row_group_row_count(Some(writing.group_rows))
        .set_writer_version(writing.version)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}
