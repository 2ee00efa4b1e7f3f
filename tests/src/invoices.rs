//! Invoices for property tests: everyday ones, and those at the limits of what a number can be.

use pricing::{Invoice, RawInvoice, RawLineItem};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// Prices and quantities as they stand on real invoices.
pub fn everyday_amount() -> impl Strategy<Value = Decimal> + Clone {
    (0..=1_000_000_000_i64, 0..=4_u32).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale))
}

/// Any amount that is not below zero: up to 96 bits, up to 28 places.
pub fn any_amount() -> impl Strategy<Value = Decimal> + Clone {
    let mantissa = prop_oneof![0..=100_i128, 0..=(1_i128 << 64), 0..=((1_i128 << 96) - 1)];
    (mantissa, 0..=28_u32)
        .prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
}

/// A line item with amounts of the given kind.
pub fn line(amount: impl Strategy<Value = Decimal> + Clone) -> impl Strategy<Value = RawLineItem> {
    ("[A-Z]{0,3}", amount.clone(), amount).prop_map(|(sku, unit_price, quantity)| RawLineItem {
        sku,
        unit_price,
        quantity,
    })
}

/// An invoice with up to eight lines of the given kind of amounts; days gather round the threshold.
pub fn invoice(
    amount: impl Strategy<Value = Decimal> + Clone,
) -> impl Strategy<Value = RawInvoice> {
    let tier = prop_oneof![
        Just("gold"),
        Just("silver"),
        Just("bronze"),
        Just("Gold"),
        Just("")
    ];
    let days_overdue = prop_oneof![0..=60_i64, 29..=31_i64, 0..=i64::from(u32::MAX)];
    let items = prop::collection::vec(line(amount), 0..8);
    (tier, any::<bool>(), days_overdue, items).prop_map(
        |(tier, loyalty_member, days_overdue, items)| RawInvoice {
            invoice_id: "INV-1".to_owned(),
            tier: tier.to_owned(),
            loyalty_member,
            days_overdue,
            items,
        },
    )
}

/// The invoice behind the door; every generated one passes it.
pub fn accepted(raw: &RawInvoice) -> Result<Invoice, TestCaseError> {
    Invoice::try_from(raw.clone()).map_err(|error| TestCaseError::fail(error.to_string()))
}
