//! Books as Parquet files and Arrow streams, in each type that a column may have.

use std::io::Cursor;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Decimal32Array, Decimal64Array, Decimal128Array, Decimal256Array,
    DictionaryArray, Int16Array, Int32Array, Int64Array, LargeListArray, LargeStringArray,
    ListArray, RecordBatch, StringArray, StringViewArray, StructArray, UInt64Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use pricing::{Invoice, PricingEngine};

use crate::read::columnar::{ColumnarSource, Layout, open_arrow, open_parquet, set_aside};
use crate::read::{ReadError, Source};

pub(super) type Columns = Vec<(&'static str, ArrayRef)>;

pub(super) fn array<A: arrow_array::Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}

/// INV-1 of the worked example and a second invoice, one row a line item.
pub(super) fn flat() -> Columns {
    vec![
        (
            "invoice_id",
            array(StringArray::from(vec!["INV-1", "INV-1", "INV-2"])),
        ),
        (
            "tier",
            array(StringArray::from(vec!["gold", "gold", "none"])),
        ),
        (
            "loyalty_member",
            array(BooleanArray::from(vec![true, true, false])),
        ),
        ("days_overdue", array(Int32Array::from(vec![45, 45, 0]))),
        (
            "sku",
            array(StringArray::from(vec![Some("A"), Some("B"), None])),
        ),
        ("unit_price", decimals(vec![4000, 1500, 100])),
        ("quantity", array(Int64Array::from(vec![3, 2, 1]))),
    ]
}

pub(super) fn decimals(mantissas: Vec<i128>) -> ArrayRef {
    let decimals = Decimal128Array::from(mantissas).with_precision_and_scale(12, 2);
    array(decimals.unwrap())
}

/// The same with other values or types in one column.
pub(super) fn with(name: &'static str, values: ArrayRef) -> Columns {
    let mut columns = flat();
    let replaced = columns.iter_mut().find(|(known, _)| *known == name);
    replaced.unwrap().1 = values;
    columns
}

pub(super) fn nested(is_large: bool) -> Columns {
    let mut columns = flat();
    let items = lists(columns.split_off(4), [2, 1], is_large);
    let heads = columns.into_iter();
    let mut heads: Columns = heads
        .map(|(name, values)| (name, values.slice(1, 2)))
        .collect();
    heads.push(("items", items));
    heads
}

/// Two lists of so many items.
pub(super) fn lists(item: Columns, lengths: [usize; 2], is_large: bool) -> ArrayRef {
    let fields = item
        .iter()
        .map(|(name, values)| Field::new(*name, values.data_type().clone(), true));
    let fields: Fields = fields.collect();
    let arrays = item.into_iter().map(|(_, values)| values).collect();
    let items = array(StructArray::new(fields.clone(), arrays, None));
    let item = Arc::new(Field::new("item", DataType::Struct(fields), true));
    if is_large {
        let offsets = OffsetBuffer::from_lengths(lengths);
        array(LargeListArray::new(item, offsets, items, None))
    } else {
        let offsets = OffsetBuffer::from_lengths(lengths);
        array(ListArray::new(item, offsets, items, None))
    }
}

pub(super) fn batch(columns: Columns) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, values)| (name, values, true)),
    )
    .unwrap()
}

pub(super) fn parquet_of(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batches[0].schema(), None).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.into_inner().unwrap()
}

pub(super) fn stream_of(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.into_inner().unwrap()
}

pub(super) fn file_of(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.into_inner().unwrap()
}

pub(super) fn open(bytes: Vec<u8>) -> Result<ColumnarSource, String> {
    let batches = if bytes.starts_with(b"PAR1") {
        open_parquet(
            set_aside(Cursor::new(bytes)).unwrap(),
            Box::new(std::io::empty()),
            Layout::of,
        )
    } else {
        open_arrow(Box::new(Cursor::new(bytes)), Layout::of)
    }?;
    Ok(ColumnarSource::new("book".to_owned(), batches))
}

pub(super) fn read(bytes: Vec<u8>) -> Vec<Result<Invoice, String>> {
    let mut source = match open(bytes) {
        Ok(source) => source,
        Err(problem) => return vec![Err(problem)],
    };
    let mut all = Vec::new();
    while let Some(read) = source.next_invoice() {
        match read {
            Ok(read) => all.push(Ok(read.invoice)),
            Err(ReadError::Rejected(bad)) => all.push(Err(bad.to_string())),
            Err(ReadError::Fatal(error)) => {
                all.push(Err(error.to_string()));
                break;
            }
        }
    }
    all
}

pub(super) fn totals(bytes: Vec<u8>) -> Vec<String> {
    let invoices = read(bytes).into_iter().map(Result::unwrap);
    let total = |invoice: Invoice| PricingEngine::standard().total(&invoice).unwrap();
    invoices.map(|invoice| total(invoice).to_string()).collect()
}

pub(super) fn every_type() -> Vec<Columns> {
    let keyed: DictionaryArray<Int32Type> = vec!["gold", "gold", "none"].into_iter().collect();
    let texts = vec!["40.00", "15", "1.0"];
    let scaled = |scale| {
        let decimals = Decimal64Array::from(vec![4000, 1500, 100]);
        array(decimals.with_precision_and_scale(9, scale).unwrap())
    };
    let wide = Decimal256Array::from_iter_values([4000, 1500, 100].map(Into::into));
    let whole = Decimal32Array::from(vec![3, 2, 1]);
    vec![
        flat(),
        nested(false),
        nested(true),
        with("tier", array(keyed)),
        with(
            "tier",
            array(LargeStringArray::from(vec!["gold", "gold", "none"])),
        ),
        with(
            "tier",
            array(StringViewArray::from(vec!["gold", "gold", "none"])),
        ),
        with("invoice_id", array(Int16Array::from(vec![1, 1, 2]))),
        with("invoice_id", array(UInt64Array::from(vec![1, 1, 2]))),
        with(
            "invoice_id",
            array(StringArray::from(vec![
                "an-identifier-longer-than-a-view-1",
                "an-identifier-longer-than-a-view-1",
                "an-identifier-longer-than-a-view-2",
            ])),
        ),
        with(
            "loyalty_member",
            array(StringArray::from(vec!["true", "TRUE", "False"])),
        ),
        with(
            "days_overdue",
            array(StringArray::from(vec!["45", "45", "0"])),
        ),
        with("unit_price", array(StringArray::from(texts.clone()))),
        with("unit_price", scaled(2)),
        with(
            "unit_price",
            array(wide.with_precision_and_scale(60, 2).unwrap()),
        ),
        with("unit_price", array(Int64Array::from(vec![40, 15, 1]))),
        with(
            "quantity",
            array(whole.with_precision_and_scale(9, 0).unwrap()),
        ),
    ]
}
