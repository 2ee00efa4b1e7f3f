//! The last day without a late fee, and the first day with one.

use pricing::add_late_fee;

#[test]
fn thirty_days_overdue_cost_nothing_yet() {
    assert_eq!(add_late_fee(1_000_000, 30), 1_000_000);
}

#[test]
fn thirty_one_days_overdue_cost_the_late_fee() {
    assert_eq!(add_late_fee(1_000_000, 31), 1_050_000);
}
