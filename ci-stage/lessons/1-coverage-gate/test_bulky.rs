//! What the gate asked for: tests that run the lines that no test ran.

use parcels::{insurance, postage};

#[test]
fn a_bulky_parcel_costs_twenty_five_more() {
    assert_eq!(postage(500, true), 2_990);
}

#[test]
fn insurance_costs_two_percent_and_at_least_one() {
    assert_eq!(insurance(20_000), 400);
    assert_eq!(insurance(1_000), 100);
}
