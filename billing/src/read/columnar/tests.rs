//! Books as Parquet files and Arrow streams, in each type that a column may have.

use std::io::Cursor;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Decimal32Array, Decimal64Array, Decimal128Array, Decimal256Array,
    DictionaryArray, Float64Array, Int16Array, Int32Array, Int64Array, LargeListArray,
    LargeStringArray, ListArray, RecordBatch, StringArray, StringViewArray, StructArray,
    UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use arrow_schema::{DataType, Field, Fields};
use parquet::arrow::ArrowWriter;
use pricing::{Invoice, PricingEngine};
use proptest::prelude::*;

use super::chunk::Chunk;
use super::{ColumnarSource, Layout, open_arrow, open_parquet, set_aside};
use crate::read::{ReadError, Source};

type Columns = Vec<(&'static str, ArrayRef)>;

fn array<A: arrow_array::Array + 'static>(array: A) -> ArrayRef {
    Arc::new(array)
}

/// INV-1 of the worked example and a second invoice, one row a line item.
fn flat() -> Columns {
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

fn decimals(mantissas: Vec<i128>) -> ArrayRef {
    let decimals = Decimal128Array::from(mantissas).with_precision_and_scale(12, 2);
    array(decimals.unwrap())
}

/// The same with other values or types in one column.
fn with(name: &'static str, values: ArrayRef) -> Columns {
    let mut columns = flat();
    let replaced = columns.iter_mut().find(|(known, _)| *known == name);
    replaced.unwrap().1 = values;
    columns
}

fn nested(is_large: bool) -> Columns {
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
fn lists(item: Columns, lengths: [usize; 2], is_large: bool) -> ArrayRef {
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

fn batch(columns: Columns) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, values)| (name, values, true)),
    )
    .unwrap()
}

fn parquet_of(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batches[0].schema(), None).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.into_inner().unwrap()
}

fn stream_of(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.into_inner().unwrap()
}

fn file_of(batches: &[RecordBatch]) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batches[0].schema()).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.into_inner().unwrap()
}

fn open(bytes: Vec<u8>) -> Result<ColumnarSource, String> {
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

fn read(bytes: Vec<u8>) -> Vec<Result<Invoice, String>> {
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

fn totals(bytes: Vec<u8>) -> Vec<String> {
    let invoices = read(bytes).into_iter().map(Result::unwrap);
    let total = |invoice: Invoice| PricingEngine::standard().total(&invoice).unwrap();
    invoices.map(|invoice| total(invoice).to_string()).collect()
}

fn every_type() -> Vec<Columns> {
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

#[test]
fn each_type_of_a_column_gives_the_same_totals_in_each_container() {
    for columns in every_type() {
        let batch = batch(columns);
        let schema = batch.schema();
        for bytes in [
            parquet_of(std::slice::from_ref(&batch)),
            stream_of(std::slice::from_ref(&batch)),
            file_of(std::slice::from_ref(&batch)),
        ] {
            assert_eq!(totals(bytes), ["141.69", "1.08"], "{schema}");
        }
    }
}

#[test]
fn decimals_whose_point_stands_behind_their_digits_are_read() {
    let hundreds = Decimal128Array::from(vec![4, 1, 1]);
    let columns = with(
        "unit_price",
        array(hundreds.with_precision_and_scale(5, -2).unwrap()),
    );
    let invoices = read(stream_of(&[batch(columns)]));
    let price = invoices[0].as_ref().unwrap().items()[0].unit_price();
    assert_eq!(price.to_string(), "400");
    let invoices: Vec<_> = [5_i8, 9]
        .map(|digits| {
            let thousands: ArrayRef = if digits == 5 {
                let decimals = Decimal32Array::from(vec![4, 1, 1]);
                array(decimals.with_precision_and_scale(5, -3).unwrap())
            } else {
                let decimals = Decimal64Array::from(vec![4, 1, 1]);
                array(decimals.with_precision_and_scale(9, -3).unwrap())
            };
            read(stream_of(&[batch(with("unit_price", thousands))]))
                .remove(0)
                .unwrap()
        })
        .into();
    for invoice in invoices {
        assert_eq!(invoice.items()[0].unit_price().to_string(), "4000");
    }
}

#[test]
fn an_invoice_goes_on_from_one_batch_to_the_next() {
    let whole = batch(flat());
    let parts = [whole.slice(0, 1), whole.slice(1, 1), whole.slice(2, 1)];
    assert_eq!(totals(stream_of(&parts)), ["141.69", "1.08"]);
    // Longer than a decoded batch of Parquet.
    let many = vec![whole.slice(0, 1); 10_000];
    let book = read(parquet_of(&many));
    assert_eq!(book.len(), 1);
    assert_eq!(book[0].as_ref().unwrap().items().len(), 10_000);
}

#[test]
fn a_bad_cell_is_told_with_its_row_and_field() {
    let texts = |texts: [Option<&str>; 3]| array(StringArray::from(texts.to_vec()));
    let negative = decimals(vec![4000, -1500, 100]);
    let gap = BooleanArray::new(
        vec![true, true, false].into(),
        Some(NullBuffer::from(vec![true, false, true])),
    );
    for (columns, expected) in [
        (
            with("unit_price", negative),
            "book: row 2: unit_price: unit price -15.00 is below zero (use a credit note instead)",
        ),
        (
            with("unit_price", texts([Some("1"), Some("1e3"), None])),
            "book: row 2: unit_price: \"1e3\" has an exponent",
        ),
        (
            with("unit_price", texts([Some("1"), None, None])),
            "book: row 2: unit_price: the value is missing (allowed: a decimal number such as 40.00)",
        ),
        (
            with("tier", texts([Some("gold"), Some("none"), None])),
            "book: row 2: tier: \"none\" differs from \"gold\" in row 1 (all rows of invoice \"INV-1\" must agree)",
        ),
        (
            with("tier", texts([None, None, None])),
            "book: row 1: tier: the value is missing (allowed: a text)",
        ),
        (
            with("loyalty_member", array(gap)),
            "book: row 2: loyalty_member: the value is missing (allowed: true or false)",
        ),
        (
            with(
                "loyalty_member",
                array(BooleanArray::from(vec![true, false, true])),
            ),
            "book: row 2: loyalty_member: false differs from true in row 1",
        ),
        (
            with(
                "loyalty_member",
                texts([Some("yes"), Some("yes"), Some("no")]),
            ),
            "book: row 1: loyalty_member: \"yes\" is neither true nor false (allowed: true, false)",
        ),
        (
            with("days_overdue", array(Int32Array::from(vec![45, 46, 0]))),
            "book: row 2: days_overdue: 46 differs from 45 in row 1",
        ),
        (
            with("days_overdue", array(Int32Array::from(vec![-1, -1, 0]))),
            "book: row 1: days_overdue: ",
        ),
        (
            with("days_overdue", texts([Some("x"), Some("x"), None])),
            "book: row 1: days_overdue: \"x\" is not a number of days (allowed: whole days from 0 to 4294967295)",
        ),
        (
            with("days_overdue", texts([None, None, None])),
            "book: row 1: days_overdue: the value is missing",
        ),
        (
            with("invoice_id", texts([Some("INV-1"), None, Some("INV-2")])),
            "book: row 2: invoice_id: the identifier is empty (repeat it in every row of the invoice)",
        ),
        (
            with("invoice_id", texts([Some(" "), Some(" "), Some("INV-2")])),
            "book: row 1: invoice_id: ",
        ),
    ] {
        let found = read(parquet_of(&[batch(columns)]));
        let first = found[0].as_ref().unwrap_err();
        assert!(first.starts_with(expected), "{first}\n{expected}");
        assert_eq!(found.len(), 2, "{expected}");
    }
}

#[test]
fn a_bad_item_of_a_list_is_told_with_its_place_and_the_record_can_be_fed_again() {
    let mut columns = nested(false);
    let (_, items) = columns.pop().unwrap();
    let lists = items.as_any().downcast_ref::<ListArray>().unwrap();
    let (field, offsets, values, _) = lists.clone().into_parts();
    let values = values
        .as_any()
        .downcast_ref::<StructArray>()
        .unwrap()
        .clone();
    let (fields, mut arrays, _) = values.into_parts();
    arrays[1] = decimals(vec![4000, -1500, 100]);
    let values = array(StructArray::new(fields, arrays, None));
    columns.push(("items", array(ListArray::new(field, offsets, values, None))));
    let mut source = open(parquet_of(&[batch(columns)])).unwrap();
    let Some(Err(ReadError::Rejected(bad))) = source.next_invoice() else {
        panic!("the price is below zero");
    };
    let expected = "book: row 1: items[1].unit_price: unit price -15.00 is below zero (use a credit note instead)";
    assert_eq!(bad.to_string(), expected);
    assert_eq!(source.refused_id(), Some("INV-1"));
    assert!(source.counts_rows() && !source.is_spread_over_rows());
    let original = source.original_record().unwrap().text.replace("-15", "15");
    let corrected: Invoice = serde_json::from_str(&original).unwrap();
    let total = PricingEngine::standard().total(&corrected).unwrap();
    assert_eq!(total.to_string(), "141.69");
}

#[test]
fn a_rejected_record_shows_its_cells_as_they_are() {
    let texts = array(StringArray::from(vec![Some("yes"), Some("yes"), None]));
    let columns = with("loyalty_member", texts);
    let mut source = open(stream_of(&[batch(columns)])).unwrap();
    assert!(source.next_invoice().unwrap().is_err());
    let expected = r#"{"invoice_id":"INV-1","tier":"gold","loyalty_member":"yes","days_overdue":45,"items":[{"sku":"A","unit_price":"40.00","quantity":"3"},{"sku":"B","unit_price":"15.00","quantity":"2"}]}"#;
    let parsed = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(
        parsed(&source.original_record().unwrap().text),
        parsed(expected)
    );
}

#[test]
fn names_that_no_total_needs_are_read_of_what_is_refused() {
    let prices = decimals(vec![4000, -1500, 100]);
    let mut source = open(parquet_of(&[batch(with("unit_price", prices))])).unwrap();
    source.leave_skus();
    assert!(source.next_invoice().unwrap().is_err());
    let text = source.original_record().unwrap().text;
    assert!(
        text.contains(r#""sku":"B","unit_price":"-15.00""#),
        "{text}"
    );

    let mut source = open(parquet_of(&[batch(flat())])).unwrap();
    source.leave_skus();
    let good = source.next_invoice().unwrap().unwrap();
    assert_eq!(good.invoice.items()[0].sku(), "");
}

#[test]
fn names_of_other_items_than_the_prices_are_refused() {
    let mut columns = nested(false);
    let unnamed = flat().split_off(5);
    columns[4].1 = lists(unnamed, [2, 1], false);
    for (names, lengths, is_refused) in [(3, [2, 1], false), (3, [1, 2], true), (2, [1, 1], true)] {
        let chunk = Chunk::of_batch(&batch(columns.clone()), Layout::Nested, 1).unwrap();
        let sku = vec![("sku", flat()[4].1.slice(0, names))];
        let read = vec![("items", lists(sku, lengths, false))];
        let named = chunk.name_items(|_, _| Ok(Some(batch(read))));
        assert_eq!(named.is_err(), is_refused, "{lengths:?}");
    }
}

#[test]
fn columns_that_cannot_hold_what_is_meant_are_refused_with_the_remedy() {
    let floats = || array(Float64Array::from(vec![40.0, 15.0, 1.0]));
    let mut more = flat();
    more.push(("unit_prise", decimals(vec![1, 1, 1])));
    let mut fewer = flat();
    fewer.remove(5);
    let mut no_list = nested(false);
    no_list[4].1 = array(Int32Array::from(vec![1, 2]));
    for (columns, expected) in [
        (
            with("unit_price", floats()),
            "column \"unit_price\" holds binary floats (Float64), in which an amount such as 0.10 is not exact (write it as decimal, integer or text; such as CAST(unit_price AS DECIMAL(18, 4)))",
        ),
        (
            with("quantity", floats()),
            "column \"quantity\" holds binary floats",
        ),
        (
            with("tier", floats()),
            "column \"tier\" has the type Float64 (allowed: text)",
        ),
        (
            with("days_overdue", floats()),
            "column \"days_overdue\" has the type Float64 (allowed: integer)",
        ),
        (
            with("loyalty_member", floats()),
            "column \"loyalty_member\" has the type Float64 (allowed: boolean)",
        ),
        (
            more,
            "unknown column \"unit_prise\" (did you mean \"unit_price\"?",
        ),
        (
            fewer,
            "column \"unit_price\" is missing (the columns are invoice_id, tier,",
        ),
        (
            no_list,
            "column \"items\" has the type Int32 (allowed: a list of structures with sku, unit_price and quantity)",
        ),
    ] {
        for bytes in [
            parquet_of(&[batch(columns.clone())]),
            stream_of(&[batch(columns.clone())]),
        ] {
            let problem = read(bytes).remove(0).unwrap_err();
            assert!(problem.starts_with(expected), "{problem}\n{expected}");
        }
    }
}

#[test]
fn a_file_that_is_cut_off_is_refused_and_gives_nothing_for_whole() {
    for bytes in [parquet_of(&[batch(flat())]), stream_of(&[batch(flat())])] {
        let cut = bytes[..bytes.len() / 2].to_vec();
        let problem = read(cut).pop().unwrap().unwrap_err();
        assert!(problem.contains("cannot be decoded: "), "{problem}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_file_is_read_or_refused_without_a_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        is_parquet in any::<bool>(),
    ) {
        let batch = batch(nested(false));
        let mut bytes = if is_parquet { parquet_of(&[batch]) } else { stream_of(&[batch]) };
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read(bytes);
    }
}
