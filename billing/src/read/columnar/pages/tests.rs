//! Pages give the cells that the library's reader gives, however a file was written.

mod books;

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, make_array};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::basic::Compression;
use parquet::file::properties::WriterVersion;
use proptest::prelude::*;

use super::{PageDecoder, Usual};
use crate::read::columnar::chunk::Chunk;
use crate::read::columnar::guard::guarded;
use crate::read::columnar::layout::Layout;
use crate::read::columnar::open::open_parquet;
use crate::read::columnar::shared_file::SharedFile;
use books::{COLUMNS, Prices, Writing, array, book, identifiers, writings, written};

/// The rows of a book, cell by cell.
type Rows = Vec<[Option<String>; 6]>;

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
