//! Pages give the cells that the library's reader gives, however a file was written.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Decimal64Array, Decimal128Array, Int32Array, Int64Array, RecordBatch,
    StringArray, make_array,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::{Compression, GzipLevel, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use proptest::prelude::*;

use super::{PageDecoder, Usual};
use crate::read::columnar::chunk::Chunk;
use crate::read::columnar::guard::guarded;
use crate::read::columnar::layout::Layout;
use crate::read::columnar::open::open_parquet;
use crate::read::columnar::shared_file::SharedFile;

const COLUMNS: [&str; 6] = [
    "invoice_id",
    "tier",
    "loyalty_member",
    "days_overdue",
    "unit_price",
    "quantity",
];

/// The rows of a book, cell by cell.
type Rows = Vec<[Option<String>; 6]>;

/// How a book is written.
#[derive(Clone, Debug)]
struct Writing {
    compression: Compression,
    has_dictionary: bool,
    dictionary_bytes: usize,
    page_rows: usize,
    group_rows: usize,
    version: WriterVersion,
    may_be_absent: bool,
    prices: Prices,
}

#[derive(Clone, Copy, Debug)]
enum Prices {
    Words,
    Bytes,
    WideBytes,
    Whole,
}

/// Identifiers of some lengths, each of which stands in a few rows.
fn identifiers() -> impl Strategy<Value = Vec<String>> {
    let identifier = prop_oneof![
        8 => "[A-Z]{1,4}-[0-9]{1,9}",
        1 => "[ -~]{13,40}",
        1 => "[äöü€ a]{0,6}",
    ];
    let runs = prop::collection::vec((identifier, 1_usize..9), 1..90);
    runs.prop_map(|runs| {
        let repeated = runs.into_iter().map(|(id, rows)| vec![id; rows]);
        repeated.flatten().collect()
    })
}

fn writings() -> impl Strategy<Value = Writing> {
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

fn array<A: arrow_array::Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}

/// A column of prices that are made from the number of their row.
fn prices(rows: usize, prices: Prices) -> ArrayRef {
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
fn book(ids: &[String], writing: &Writing) -> RecordBatch {
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

fn written(batch: &RecordBatch, writing: &Writing) -> Vec<u8> {
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

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn add_cells(rows: &mut Rows, chunk: &Chunk) {
    for row in 0..chunk.rows() {
        rows.push(COLUMNS.map(|name| chunk.cell(name, row)));
    }
}

/// What the pages give alone, and whether it is the whole book.
fn by_pages(bytes: &[u8], rows_max: usize) -> (Rows, bool) {
    let file = SharedFile::new(file(bytes)).unwrap();
    let mut rows = Rows::new();
    let is_whole = guarded(|| {
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let metadata = ArrowReaderMetadata::load(&file, options.clone()).ok()?;
        let schema = crate::read::columnar::open::narrowed_schema(metadata.schema());
        let options = options.with_schema(Arc::new(schema));
        let metadata = ArrowReaderMetadata::try_new(metadata.metadata().clone(), options).ok()?;
        let mut pages = PageDecoder::of(&file, &metadata).ok()?;
        all_of(&mut pages, rows_max, &mut rows).ok()
    });
    (rows, is_whole.unwrap().is_some())
}

fn all_of(pages: &mut PageDecoder, rows_max: usize, rows: &mut Rows) -> Usual<()> {
    while let Some(cells) = pages.next(rows_max)? {
        add_cells(rows, &Chunk::of_cells(cells, 1));
    }
    Ok(())
}

/// What the library's reader gives, or its error.
fn by_library(bytes: &[u8]) -> Result<Rows, String> {
    let batches = open_parquet(file(bytes), Box::new(std::io::empty()), Layout::of)?;
    let mut rows = Rows::new();
    for batch in batches {
        add_cells(&mut rows, &Chunk::of_batch(&batch?, Layout::Flat, 1)?);
    }
    Ok(rows)
}

/// What the reader gives that takes pages as long as they are usual.
fn by_both(bytes: &[u8]) -> Result<Rows, String> {
    let mut batches = open_parquet(file(bytes), Box::new(std::io::empty()), Layout::of)?;
    let mut rows = Rows::new();
    while let Some(chunk) = batches.next_chunk(1) {
        add_cells(&mut rows, &chunk?);
    }
    Ok(rows)
}

proptest! {
    #[test]
    fn pages_give_the_cells_of_a_book_however_it_is_written(
        ids in identifiers(),
        writing in writings(),
        rows_max in 1_usize..100,
    ) {
        let bytes = written(&book(&ids, &writing), &writing);
        let library = by_library(&bytes).unwrap();
        let (pages, is_whole) = by_pages(&bytes, rows_max);
        // Of the newer encodings, which need version 2, pages take only what the older ones know.
        let is_usual = writing.version == WriterVersion::PARQUET_1_0;
        prop_assert!(is_whole || !is_usual);
        prop_assert_eq!(&pages[..], &library[..pages.len()]);
        prop_assert_eq!(by_both(&bytes).unwrap(), library);
    }

    #[test]
    fn damage_never_makes_other_cells_of_pages_than_of_the_library(
        ids in identifiers(),
        writing in writings(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        // The library sets memory aside for as many cells as a damaged page of the newer encodings states.
        let writing = Writing { version: WriterVersion::PARQUET_1_0, ..writing };
        let mut bytes = written(&book(&ids, &writing), &writing);
        for (place, byte) in places {
            *place.get_mut(&mut bytes) = byte;
        }
        let (pages, _) = by_pages(&bytes, 50);
        if let Ok(library) = by_library(&bytes) {
            prop_assert_eq!(&pages[..], &library[..pages.len()]);
            prop_assert_eq!(by_both(&bytes).unwrap(), library);
        }
    }
}

#[test]
fn the_library_goes_on_where_a_cell_is_absent() {
    let writing = Writing {
        compression: Compression::SNAPPY,
        has_dictionary: true,
        dictionary_bytes: 4096,
        page_rows: 100,
        group_rows: 5000,
        version: WriterVersion::PARQUET_1_0,
        may_be_absent: true,
        prices: Prices::Words,
    };
    let ids: Vec<String> = (0..30_000).map(|row| format!("INV-{}", row / 4)).collect();
    for (name, rows) in [
        ("invoice_id", 0),
        ("tier", 20_000),
        ("loyalty_member", 29_999),
        ("quantity", 9_000),
    ] {
        let whole = book(&ids, &writing);
        let column = whole.column_by_name(name).unwrap();
        let nulls: NullBuffer = (0..ids.len()).map(|row| row != rows).collect();
        let data = column.to_data().into_builder().nulls(Some(nulls)).build();
        let mut columns = whole.columns().to_vec();
        let place = COLUMNS.iter().position(|column| *column == name).unwrap();
        columns[place] = make_array(data.unwrap());
        let bytes = written(
            &RecordBatch::try_new(whole.schema(), columns).unwrap(),
            &writing,
        );

        let (pages, is_whole) = by_pages(&bytes, 8192);
        assert!(!is_whole);
        assert_eq!(pages.len(), rows / 8192 * 8192, "{name}");
        let read = by_both(&bytes).unwrap();
        assert_eq!(read, by_library(&bytes).unwrap());
        assert_eq!(read[rows][place], None);
    }
}

#[test]
fn columns_of_other_types_are_nothing_for_pages() {
    let writing = Writing {
        compression: Compression::UNCOMPRESSED,
        has_dictionary: false,
        dictionary_bytes: 64,
        page_rows: 10,
        group_rows: 10,
        version: WriterVersion::PARQUET_1_0,
        may_be_absent: false,
        prices: Prices::Words,
    };
    let whole = book(&["INV-1".to_owned(), "INV-2".to_owned()], &writing);
    let texts: ArrayRef = array(StringArray::from(vec!["1", "2"]));
    for (place, name) in COLUMNS.iter().enumerate().skip(2) {
        let (mut columns, mut fields) =
            (whole.columns().to_vec(), whole.schema().fields().to_vec());
        columns[place] = Arc::clone(&texts);
        fields[place] = Arc::new(Field::new(*name, DataType::Utf8, false));
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap();
        let bytes = written(&batch, &writing);
        assert_eq!(by_pages(&bytes, 10), (Rows::new(), false), "{name}");
        assert_eq!(by_both(&bytes).unwrap(), by_library(&bytes).unwrap());
    }
}
