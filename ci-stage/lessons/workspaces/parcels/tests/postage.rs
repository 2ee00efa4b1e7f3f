//! Every test passes, and every line that they run is right.

use parcels::{line, postage, shipment};

#[test]
fn a_small_parcel_costs_four_ninety() {
    assert_eq!(postage(500, false), 490);
}

#[test]
fn a_large_parcel_costs_nine_ninety() {
    assert_eq!(postage(5_000, false), 990);
}

#[test]
fn a_shipment_costs_the_sum_of_its_parcels() {
    assert_eq!(shipment(&[(500, false), (5_000, false)]), 1_480);
}

#[test]
fn the_invoice_shows_units_and_cents() {
    assert_eq!(line(490), "postage 4.90");
}
