//! Arrow batches in, totals out: for programs that hold their invoices as columns.

use std::sync::Arc;

use arrow_array::builder::{Decimal128Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::DECIMAL128_MAX_PRECISION;
use pricing::policy::MINOR_UNIT_PLACES;
use pricing::{Currency, PricingEngine};
use rust_decimal::Decimal;

use crate::error::{BadInput, Error};
use crate::read::{Book, PlainTotals, ReadError};

/// The totals of the invoices in `batch`: the columns `invoice_id` and `total`, in the batch's order.
///
/// The columns are those of a Parquet book: one row a line item, the rows of an invoice adjacent and
/// all in this batch; or one row an invoice with its line items in a list `items`. Amounts are decimals,
/// integers or texts, never floats. Plain invoices are handed to the [kernel](pricing::kernel) as the
/// columns that they are, without a copy; others are priced one by one, to the same cent.
///
/// The first row that is wrong is an error that names its row and field.
///
/// ```
/// use std::sync::Arc;
///
/// use arrow_array::{ArrayRef, BooleanArray, Decimal64Array, Int32Array, RecordBatch, StringArray};
/// use pricing::PricingEngine;
///
/// let prices = Decimal64Array::from(vec![4000, 1500, 100]).with_precision_and_scale(12, 2)?;
/// let columns: Vec<(&str, ArrayRef)> = vec![
///     ("invoice_id", Arc::new(StringArray::from(vec!["INV-1", "INV-1", "INV-2"]))),
///     ("tier", Arc::new(StringArray::from(vec!["gold", "gold", "none"]))),
///     ("loyalty_member", Arc::new(BooleanArray::from(vec![true, true, false]))),
///     ("days_overdue", Arc::new(Int32Array::from(vec![45, 45, 0]))),
///     ("unit_price", Arc::new(prices)),
///     ("quantity", Arc::new(Int32Array::from(vec![3, 2, 1]))),
/// ];
/// let batch = RecordBatch::try_from_iter(columns)?;
///
/// let totals = billing::batch::totals(PricingEngine::standard(), &batch)?;
/// let cents = totals["total"].as_any().downcast_ref::<arrow_array::Decimal128Array>();
/// assert_eq!(cents.map(|cents| cents.values().to_vec()), Some(vec![141_69, 1_08]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn totals(engine: &PricingEngine, batch: &RecordBatch) -> Result<RecordBatch, Error> {
    let mut book = Book::of_batch(batch.clone())?;
    let mut totals = Totals::under(engine);
    loop {
        if let Some(kernel) = engine.kernel() {
            let mut plain = PlainTotals::default();
            while book.add_plain_totals(kernel, &mut plain)? {
                for (invoice_id, units) in plain.iter() {
                    totals.add(&String::from_utf8_lossy(invoice_id), units.into());
                }
                plain = plain.cleared();
            }
        }
        match book.next() {
            None => return totals.finish(),
            Some(Err(ReadError::Fatal(error))) => return Err(error),
            Some(Err(ReadError::Rejected(bad))) => return Err(bad.into()),
            Some(Ok(read)) => {
                let total = engine.total(&read.invoice);
                let total =
                    total.map_err(|error| read.unpriced(book.file(), &error.to_string()))?;
                totals.add(read.invoice.invoice_id(), totals.units(total));
            }
        }
    }
}

struct Totals {
    places: u32,
    invoice_ids: StringBuilder,
    amounts: Decimal128Builder,
}

impl Totals {
    fn under(engine: &PricingEngine) -> Self {
        let currency = engine.policy().currency();
        Self {
            places: currency.map_or(MINOR_UNIT_PLACES, Currency::minor_unit_places),
            invoice_ids: StringBuilder::new(),
            amounts: Decimal128Builder::new(),
        }
    }

    /// A total as it was rounded, in minor units.
    fn units(&self, total: Decimal) -> i128 {
        let missing = self.places.saturating_sub(total.scale());
        total.mantissa() * 10_i128.pow(missing)
    }

    fn add(&mut self, invoice_id: &str, units: i128) {
        self.invoice_ids.append_value(invoice_id);
        self.amounts.append_value(units);
    }

    fn finish(mut self) -> Result<RecordBatch, Error> {
        let scale = i8::try_from(self.places).unwrap_or(i8::MAX);
        let amounts = self.amounts.finish();
        let amounts = amounts.with_precision_and_scale(DECIMAL128_MAX_PRECISION, scale);
        let batch = amounts.and_then(|amounts| {
            let invoice_ids: ArrayRef = Arc::new(self.invoice_ids.finish());
            RecordBatch::try_from_iter([("invoice_id", invoice_ids), ("total", Arc::new(amounts))])
        });
        batch.map_err(|error| {
            BadInput {
                file: Book::BATCH.to_owned(),
                line: None,
                field: Some("total".to_owned()),
                problem: error.to_string(),
            }
            .into()
        })
    }
}

#[cfg(test)]
mod tests;
