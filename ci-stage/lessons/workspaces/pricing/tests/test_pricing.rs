//! The nine tests of the course, in whole numbers.

use pricing::{
    Invoice, add_late_fee, add_tax, apply_loyalty_discount, apply_tier_discount,
    calculate_invoice_total, calculate_subtotal,
};

#[test]
fn calculate_subtotal_sums_price_times_quantity() {
    let items = [(money(40, 0), 3), (money(15, 0), 2)];
    assert_eq!(calculate_subtotal(&items), money(150, 0));
}

#[test]
fn apply_tier_discount_for_gold_customer() {
    assert_eq!(apply_tier_discount(money(150, 0), "gold"), money(127, 50));
}

#[test]
fn apply_tier_discount_for_unknown_tier_applies_no_discount() {
    assert_eq!(apply_tier_discount(money(150, 0), "bronze"), money(150, 0));
}

#[test]
fn apply_loyalty_discount_for_member() {
    assert_eq!(apply_loyalty_discount(money(100, 0), true), money(98, 0));
}

#[test]
fn apply_loyalty_discount_for_non_member() {
    assert_eq!(apply_loyalty_discount(money(100, 0), false), money(100, 0));
}

#[test]
fn add_tax_adds_eight_percent() {
    assert_eq!(add_tax(money(100, 0)), money(108, 0));
}

#[test]
fn add_late_fee_when_overdue() {
    assert_eq!(add_late_fee(money(100, 0), 45), money(105, 0));
}

#[test]
fn add_late_fee_when_not_overdue() {
    assert_eq!(add_late_fee(money(100, 0), 10), money(100, 0));
}

#[test]
fn calculate_invoice_total_matches_full_pipeline() {
    let invoice = Invoice {
        items: &[(money(40, 0), 3), (money(15, 0), 2)],
        tier: "gold",
        loyalty_member: true,
        days_overdue: 45,
    };
    assert_eq!(calculate_invoice_total(&invoice), 14_169);
}

/// An amount in hundredths of a cent.
fn money(units: i64, cents: i64) -> i64 {
    units * 10_000 + cents * 100
}
