use rust_decimal::dec;

use super::Rate;
use crate::error::RateError;

#[test]
fn a_rate_lies_between_nothing_and_all() {
    for fraction in [dec!(0), dec!(0.15), dec!(1)] {
        assert_eq!(Rate::try_from(fraction).unwrap().fraction(), fraction);
    }
    let below = dec!(-0.01);
    assert_eq!(Rate::try_from(below), Err(RateError::Negative(below)));
}

#[test]
fn a_percentage_is_refused_with_the_fraction_that_was_meant() {
    let refused = Rate::try_from(dec!(15)).unwrap_err().to_string();
    assert_eq!(
        refused,
        "rate 15 is above 1 (allowed: 0 to 1; 15 % is written 0.15)"
    );
    let in_json = serde_json::from_str::<Rate>("15").unwrap_err().to_string();
    assert_eq!(in_json, refused);
}

#[test]
fn rates_are_shown_in_per_cent() {
    for (fraction, shown) in [
        (dec!(0.15), "15 %"),
        (dec!(0.0825), "8.25 %"),
        (dec!(1), "100 %"),
    ] {
        assert_eq!(Rate::try_from(fraction).unwrap().to_string(), shown);
    }
}

#[test]
fn a_rate_in_json_is_a_text_and_comes_back_the_same() {
    let rate = Rate::try_from(dec!(0.10)).unwrap();
    let json = serde_json::to_string(&rate).unwrap();
    assert_eq!(json, r#""0.10""#);
    assert_eq!(serde_json::from_str::<Rate>(&json).unwrap(), rate);
}
