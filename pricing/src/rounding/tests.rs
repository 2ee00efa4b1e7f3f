use super::RoundingMode::{Down, HalfAway, HalfEven, Up};

#[test]
fn each_mode_goes_its_way_on_both_sides_of_zero() {
    let cases = [
        // above, below, half away, half even, up, down
        (25, 10, [3, 2, 3, 2]),
        (35, 10, [4, 4, 4, 3]),
        (21, 10, [2, 2, 3, 2]),
        (29, 10, [3, 3, 3, 2]),
        (20, 10, [2, 2, 2, 2]),
        (0, 10, [0, 0, 0, 0]),
        (1, 3, [0, 0, 1, 0]),
        (2, 3, [1, 1, 1, 0]),
    ];
    for (above, below, expected) in cases {
        let found = [HalfAway, HalfEven, Up, Down].map(|mode| mode.quotient(above, below));
        assert_eq!(found, expected, "{above} / {below}");
        let mirrored = [HalfAway, HalfEven, Up, Down].map(|mode| -mode.quotient(-above, below));
        assert_eq!(mirrored, expected, "-{above} / {below}");
    }
}

#[test]
fn the_widest_units_do_not_overflow() {
    assert_eq!(HalfAway.quotient(i128::MAX - 1, i128::MAX), 1);
    assert_eq!(HalfAway.quotient(-i128::MAX, 2), -(i128::MAX / 2) - 1);
}
