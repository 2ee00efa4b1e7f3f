//! A family with two children.

use museum::price_cents;

#[test]
fn the_second_child_pays_half() {
    assert_eq!(price_cents(1, 2), 2_100);
}
