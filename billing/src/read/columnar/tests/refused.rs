//! What cannot be read is told with its row and field, and can be fed again.

use arrow_array::{
    Array, BooleanArray, Float64Array, Int32Array, ListArray, StringArray, StructArray,
};
use arrow_buffer::NullBuffer;
use pricing::{Invoice, PricingEngine};

use super::books::{
    array, batch, decimals, flat, lists, nested, open, parquet_of, read, stream_of, with,
};
use crate::read::columnar::Layout;
use crate::read::columnar::chunk::Chunk;
use crate::read::{ReadError, Source};

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
