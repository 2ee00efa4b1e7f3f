use rust_decimal::{Decimal, dec};

use super::reconcile;
use crate::error::PricingError;
use crate::money::Money;

fn shown(parts: &[Decimal], total: Decimal) -> Vec<String> {
    let parts: Vec<Money> = parts.iter().copied().map(Money::from).collect();
    let shown = reconcile(&parts, total.into(), 2).unwrap();
    shown.iter().map(ToString::to_string).collect()
}

#[test]
fn the_missing_cent_goes_to_the_largest_remainder() {
    let parts = [
        dec!(150),
        dec!(-22.5),
        dec!(-2.55),
        dec!(9.996),
        dec!(6.7473),
    ];
    assert_eq!(
        shown(&parts, dec!(141.69)),
        ["150", "-22.5", "-2.55", "9.99", "6.75"]
    );
}

#[test]
fn ties_go_to_the_first() {
    let third = dec!(33.335);
    assert_eq!(shown(&[third, third], dec!(66.67)), ["33.34", "33.33"]);
}

#[test]
fn parts_too_far_apart_for_one_scale_are_an_error() {
    let parts = [Decimal::MAX, dec!(0.0000000000000000000000000001)].map(Money::from);
    let refused = reconcile(&parts, Decimal::MAX.into(), 2);
    let step = "shown amounts";
    assert_eq!(refused, Err(PricingError::StepTooLong { step }));
}
