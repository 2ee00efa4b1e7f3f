//! Parquet files, and Arrow streams and files.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use billing::read::InputFormat;
use ledgerly_tests::documents::full_document;
use parquet::arrow::ArrowWriter;
use pricing::{Invoice, RawDocument, RawInvoice, RawLineItem};
use proptest::collection::vec;
use proptest::strategy::Strategy;
use rust_decimal::Decimal;

use super::damage::{damage, damaged, fuzz};
use super::held::{Scratch, engine, holds, read};
use super::numbered;

/// The decimal places of the columns of decimals.
const PLACES: i8 = 6;

/// The plain part of a document, which columns can hold.
fn plain(raw: RawDocument) -> RawInvoice {
    let items = raw.items.into_iter().map(|item| RawLineItem {
        sku: item.sku,
        unit_price: item.unit_price,
        quantity: item.quantity,
    });
    RawInvoice {
        invoice_id: raw.invoice_id,
        tier: raw.tier,
        loyalty_member: raw.loyalty_member,
        days_overdue: raw.days_overdue,
        items: items.collect(),
    }
}

/// One row a line item: prices as decimals, quantities as decimals or, of several invoices, as texts.
fn batch(book: &[RawInvoice]) -> RecordBatch {
    let rows = || {
        book.iter()
            .flat_map(|one| one.items.iter().map(move |item| (one, item)))
    };
    let texts = |text: fn((&RawInvoice, &RawLineItem)) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows().map(text)))
    };
    let members: Vec<bool> = rows().map(|(one, _)| one.loyalty_member).collect();
    let days: Vec<i64> = rows().map(|(one, _)| one.days_overdue).collect();
    let decimals = |amount: fn(&RawLineItem) -> Decimal| -> ArrayRef {
        let mantissas = rows().map(|(_, item)| {
            let mut amount = amount(item);
            amount.rescale(u32::from(PLACES.unsigned_abs()));
            amount.mantissa()
        });
        let decimals = Decimal128Array::from_iter_values(mantissas);
        Arc::new(decimals.with_precision_and_scale(30, PLACES).unwrap())
    };
    let quantities = if book.len() == 1 {
        decimals(|item| item.quantity)
    } else {
        texts(|(_, item)| item.quantity.to_string())
    };
    let columns: [(&str, ArrayRef); 7] = [
        ("invoice_id", texts(|(one, _)| one.invoice_id.clone())),
        ("tier", texts(|(one, _)| one.tier.clone())),
        ("loyalty_member", Arc::new(BooleanArray::from(members))),
        ("days_overdue", Arc::new(Int64Array::from(days))),
        ("sku", texts(|(_, item)| item.sku.clone())),
        ("unit_price", decimals(|item| item.unit_price)),
        ("quantity", quantities),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn fuzz_columns(name: &str, format: InputFormat, write: impl Fn(&RecordBatch) -> Vec<u8>) {
    let (scratch, engine) = (Scratch::new(), engine());
    let book = vec(full_document(), 1..3);
    let inputs = (book, damage()).prop_map(|(book, damages)| {
        let book: Vec<RawInvoice> = numbered(&book).map(plain).collect();
        let bytes = write(&batch(&book));
        let is_whole = damages.is_empty();
        (damaged(&bytes, &bytes, &damages), is_whole.then_some(book))
    });
    fuzz(name, inputs, |(bytes, whole)| {
        let invoices = read(&scratch.file("book", bytes), format);
        if let Some(book) = whole {
            let expected = book
                .iter()
                .map(|raw| Invoice::try_from(raw.clone()).unwrap());
            assert_eq!(invoices, expected.collect::<Vec<_>>());
        }
        for invoice in &invoices {
            holds(invoice, &scratch, &engine);
        }
        !invoices.is_empty()
    });
}

#[test]
fn parquet_survives_damage() {
    fuzz_columns("Parquet", InputFormat::Parquet, |batch| {
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).unwrap();
        writer.write(batch).unwrap();
        writer.into_inner().unwrap()
    });
}

#[test]
fn an_arrow_stream_survives_damage() {
    fuzz_columns("Arrow stream", InputFormat::Arrow, |batch| {
        let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(batch).unwrap();
        writer.into_inner().unwrap()
    });
}

#[test]
fn an_arrow_file_survives_damage() {
    fuzz_columns("Arrow file", InputFormat::Arrow, |batch| {
        let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(batch).unwrap();
        writer.into_inner().unwrap()
    });
}
