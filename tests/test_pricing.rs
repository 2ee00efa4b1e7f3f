//! The nine tests of the course. They stay nine and as weak as they are, because lessons are built on
//! them; stronger tests stand in `properties.rs` and beside the code.

use pricing::{
    Invoice, LineItem, RawInvoice, RawLineItem, add_late_fee, add_tax, apply_loyalty_discount,
    apply_tier_discount, calculate_invoice_total, calculate_subtotal,
};
use rust_decimal::{Decimal, dec};

#[test]
fn calculate_subtotal_sums_price_times_quantity() {
    let items = [
        LineItem::new("A", dec!(40), dec!(3)).unwrap(),
        LineItem::new("B", dec!(15), dec!(2)).unwrap(),
    ];
    assert_eq!(calculate_subtotal(&items).unwrap(), dec!(150));
}

#[test]
fn apply_tier_discount_for_gold_customer() {
    assert_eq!(apply_tier_discount(dec!(150), "gold").unwrap(), dec!(127.5));
}

#[test]
fn apply_tier_discount_for_unknown_tier_applies_no_discount() {
    assert_eq!(apply_tier_discount(dec!(150), "bronze").unwrap(), dec!(150));
}

#[test]
fn apply_loyalty_discount_for_member() {
    assert_eq!(apply_loyalty_discount(dec!(100), true).unwrap(), dec!(98));
}

#[test]
fn apply_loyalty_discount_for_non_member() {
    assert_eq!(apply_loyalty_discount(dec!(100), false).unwrap(), dec!(100));
}

#[test]
fn add_tax_adds_eight_percent() {
    assert_eq!(add_tax(dec!(100)).unwrap(), dec!(108));
}

#[test]
fn add_late_fee_when_overdue() {
    assert_eq!(add_late_fee(dec!(100), 45).unwrap(), dec!(105));
}

#[test]
fn add_late_fee_when_not_overdue() {
    assert_eq!(add_late_fee(dec!(100), 10).unwrap(), dec!(100));
}

#[test]
fn calculate_invoice_total_matches_full_pipeline() {
    let invoice = Invoice::try_from(RawInvoice {
        invoice_id: "INV-1".to_owned(),
        tier: "gold".to_owned(),
        loyalty_member: true,
        days_overdue: 45,
        items: vec![line("A", dec!(40), dec!(3)), line("B", dec!(15), dec!(2))],
    });
    assert_eq!(
        calculate_invoice_total(&invoice.unwrap()).unwrap(),
        dec!(141.69)
    );
}

fn line(sku: &str, unit_price: Decimal, quantity: Decimal) -> RawLineItem {
    RawLineItem {
        sku: sku.to_owned(),
        unit_price,
        quantity,
    }
}
