//! What the kernel makes of columns is what the general path makes of their rows.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Decimal64Array, Decimal128Array, Int32Array, Int64Array, ListArray,
    RecordBatch, StringArray, StringViewArray, StructArray,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field};
use pricing::{Policy, PricingEngine};
use proptest::prelude::*;

use super::{Totals, totals};
use crate::error::Error;
use crate::read::{Book, ReadError};

#[derive(Clone, Debug)]
struct Row {
    id: Option<String>,
    tier: &'static str,
    is_member: bool,
    days: Option<i32>,
    price: Option<i64>,
    quantity: i64,
}

/// Rows of few invoices, now and then one that is wrong.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let id = prop_oneof![
        20 => "[A-D]|an identifier of more than twelve letters [AB]".prop_map(Some),
        1 => Just(None),
        1 => Just(Some(" ".to_owned())),
    ];
    let head = (
        prop_oneof![30 => Just("gold"), 1 => Just("silver")],
        prop::bool::weighted(0.97),
        prop::option::weighted(
            0.98,
            prop_oneof![30 => Just(45), 1 => Just(-1), 1 => Just(31)],
        ),
    );
    let price = prop_oneof![30 => 0..100_000_i64, 1 => Just(i64::MAX), 1 => Just(-1)];
    let item = (prop::option::weighted(0.98, price), -2..40_i64);
    let row = (id, head, item).prop_map(|(id, (tier, is_member, days), (price, quantity))| Row {
        id,
        tier,
        is_member,
        days,
        price,
        quantity,
    });
    (prop::collection::vec(row, 0..14), any::<bool>()).prop_map(|(mut rows, are_grouped)| {
        if are_grouped {
            rows.sort_by(|one, other| one.id.cmp(&other.id));
        }
        rows
    })
}

/// The columns of `rows`, in types by `seed`.
fn flat(rows: &[Row], seed: u32) -> RecordBatch {
    let ids = rows.iter().map(|row| row.id.as_deref());
    let ids: ArrayRef = if seed.is_multiple_of(2) {
        Arc::new(ids.collect::<StringArray>())
    } else {
        Arc::new(ids.collect::<StringViewArray>())
    };
    let tiers: StringViewArray = rows.iter().map(|row| Some(row.tier)).collect();
    let members: BooleanArray = rows.iter().map(|row| Some(row.is_member)).collect();
    let days: Int32Array = rows.iter().map(|row| row.days).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("invoice_id", ids, true),
        ("tier", Arc::new(tiers) as ArrayRef, true),
        ("loyalty_member", Arc::new(members), true),
        ("days_overdue", Arc::new(days), true),
        ("unit_price", prices(rows, seed), true),
        ("quantity", quantities(rows), true),
    ])
    .unwrap()
}

fn prices(rows: &[Row], seed: u32) -> ArrayRef {
    let prices = rows.iter().map(|row| row.price);
    match seed % 3 {
        0 => {
            let prices: Decimal64Array = prices.collect();
            Arc::new(prices.with_precision_and_scale(18, 2).unwrap())
        }
        1 => {
            let prices: Decimal128Array = prices.map(|price| price.map(i128::from)).collect();
            Arc::new(prices.with_precision_and_scale(38, 4).unwrap())
        }
        _ => {
            let prices = prices.map(|price| price.map(|price| price.to_string()));
            Arc::new(prices.collect::<StringArray>())
        }
    }
}

fn quantities(rows: &[Row]) -> ArrayRef {
    Arc::new(
        rows.iter()
            .map(|row| Some(row.quantity))
            .collect::<Int64Array>(),
    )
}

/// The same rows as the items of invoices, each of so many rows.
fn nested(rows: &[Row], seed: u32) -> RecordBatch {
    let size = 1 + seed as usize % 3;
    let heads: Vec<Row> = rows.chunks(size).map(|rows| rows[0].clone()).collect();
    let item = RecordBatch::try_from_iter([
        ("unit_price", prices(rows, seed)),
        ("quantity", quantities(rows)),
    ])
    .unwrap();
    let items = StructArray::from(item);
    let field = Field::new("item", DataType::Struct(items.fields().clone()), true);
    let offsets = OffsetBuffer::from_lengths(rows.chunks(size).map(<[Row]>::len));
    let lists = ListArray::new(Arc::new(field), offsets, Arc::new(items), None);
    let mut columns: Vec<(String, ArrayRef, bool)> = Vec::new();
    let flat = flat(&heads, seed);
    for (field, column) in flat.schema().fields().iter().zip(flat.columns()).take(4) {
        columns.push((field.name().clone(), column.clone(), true));
    }
    columns.push(("items".to_owned(), Arc::new(lists), true));
    RecordBatch::try_from_iter_with_nullable(columns).unwrap()
}

/// The totals without the kernel.
fn totals_by_steps(engine: &PricingEngine, batch: &RecordBatch) -> Result<RecordBatch, Error> {
    let mut book = Book::of_batch(batch.clone())?;
    let mut totals = Totals::under(engine);
    while let Some(read) = book.next() {
        let read = read.map_err(|error| match error {
            ReadError::Rejected(bad) => bad.into(),
            ReadError::Fatal(error) => error,
        })?;
        let total = engine.total_by_steps(&read.invoice);
        let total = total.map_err(|error| read.unpriced(book.file(), &error.to_string()))?;
        totals.add(read.invoice.invoice_id(), totals.units(total));
    }
    totals.finish()
}

fn is_alike(engine: &PricingEngine, batch: &RecordBatch) -> Result<(), TestCaseError> {
    let (quick, slow) = (totals(engine, batch), totals_by_steps(engine, batch));
    let text = |totals: Result<RecordBatch, Error>| totals.map_err(|error| error.to_string());
    prop_assert_eq!(text(quick), text(slow));
    Ok(())
}

/// The standard policy, and one whose late fee the kernel leaves to the general path.
fn engine(seed: u32) -> PricingEngine {
    if seed.is_multiple_of(5) {
        let json = r#"{"taxes":[{"code":"standard","rate":"0.2"}],
            "late_fee":{"rate":"0.05","cap":"9.00","after_days":40},"currency":"EUR"}"#;
        return PricingEngine::new(serde_json::from_str::<Policy>(json).unwrap());
    }
    PricingEngine::standard().clone()
}

proptest! {
    #[test]
    fn totals_of_rows_are_those_of_the_general_path(rows in rows(), seed in 0..30_u32) {
        is_alike(&engine(seed), &flat(&rows, seed))?;
    }

    #[test]
    fn totals_of_nested_items_are_those_of_the_general_path(rows in rows(), seed in 0..30_u32) {
        is_alike(&engine(seed), &nested(&rows, seed))?;
    }
}

#[test]
fn the_first_bad_row_is_named() {
    let good = |id: &str| Row {
        id: Some(id.to_owned()),
        tier: "gold",
        is_member: true,
        days: Some(45),
        price: Some(100),
        quantity: 1,
    };
    let bad = Row {
        price: Some(-100),
        ..good("C")
    };
    let refused = totals(
        PricingEngine::standard(),
        &flat(&[good("A"), good("B"), bad], 0),
    );
    assert_eq!(
        refused.unwrap_err().to_string(),
        "the batch: row 3: unit_price: unit price -1.00 is below zero (use a credit note instead)"
    );
}
