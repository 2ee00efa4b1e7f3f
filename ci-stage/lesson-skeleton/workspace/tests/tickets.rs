//! The tests that the lesson speaks of.

use museum::price_cents;

#[test]
fn an_adult_pays_the_full_price() {
    assert_eq!(price_cents(1, 0), 1_200);
}

#[test]
fn a_child_pays_half() {
    assert_eq!(price_cents(1, 1), 1_800);
}
