//! The same fees, with the numbers written down, on both sides of each limit.

use parking::fee;

#[test]
fn fifteen_minutes_are_free_and_sixteen_are_not() {
    assert_eq!(fee(15), 0);
    assert_eq!(fee(16), 250);
}

#[test]
fn an_hour_that_has_begun_is_paid_whole() {
    assert_eq!(fee(60), 250);
    assert_eq!(fee(61), 500);
}

#[test]
fn the_eighth_hour_reaches_the_limit() {
    assert_eq!(fee(7 * 60), 1_750);
    assert_eq!(fee(8 * 60), 1_800);
}
