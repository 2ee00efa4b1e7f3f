use rust_decimal::{Decimal, dec};

use super::{AllocationError, allocate, reconcile};
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
fn a_credit_mirrors_the_charge() {
    let third = dec!(-33.335);
    assert_eq!(shown(&[third, third], dec!(-66.67)), ["-33.34", "-33.33"]);
}

#[test]
fn parts_too_far_apart_for_one_scale_are_an_error() {
    let parts = [Decimal::MAX, dec!(0.0000000000000000000000000001)].map(Money::from);
    let refused = reconcile(&parts, Decimal::MAX.into(), 2);
    let step = "shown amounts";
    assert_eq!(refused, Err(PricingError::StepTooLong { step }));
}

#[test]
fn shares_are_in_units_of_the_currency() {
    let thirds = [dec!(1), dec!(1), dec!(1)];
    let shares = |amount, places| allocate(amount, &thirds, places).unwrap();
    assert_eq!(shares(dec!(100), 0), [dec!(34), dec!(33), dec!(33)]);
    assert_eq!(shares(dec!(-1), 2), [dec!(-0.34), dec!(-0.33), dec!(-0.33)]);
    assert_eq!(
        shares(dec!(0.10), 3),
        [dec!(0.034), dec!(0.033), dec!(0.033)]
    );
    assert_eq!(shares(dec!(0), 2), [dec!(0), dec!(0), dec!(0)]);
}

#[test]
fn what_cannot_be_split_is_refused_by_name() {
    let refused =
        |amount, weights: &[Decimal], places| allocate(amount, weights, places).unwrap_err();
    let amount = dec!(0.005);
    assert_eq!(
        refused(amount, &[dec!(1)], 2),
        AllocationError::NotWhole { amount, places: 2 }
    );
    let weight = dec!(-1);
    assert_eq!(
        refused(dec!(1), &[dec!(1), weight], 2),
        AllocationError::NegativeWeight {
            weight,
            position: 1
        }
    );
    assert_eq!(refused(dec!(1), &[], 2), AllocationError::NoWeight(dec!(1)));
    assert_eq!(
        refused(Decimal::MAX, &[Decimal::MAX, dec!(0.0000000001)], 0),
        AllocationError::TooLong(Decimal::MAX)
    );
}

#[test]
fn the_longest_amounts_are_split_exactly() {
    let shares = allocate(Decimal::MAX, &[Decimal::MAX, dec!(1)], 0).unwrap();
    assert_eq!(shares, [Decimal::MAX - dec!(1), dec!(1)]);
}
