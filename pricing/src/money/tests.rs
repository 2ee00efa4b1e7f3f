use rust_decimal::{Decimal, dec};

use super::Money;
use crate::error::{AmountError, PricingError};
use crate::rounding::RoundingMode;

#[test]
fn rounding_is_half_away_from_zero_on_both_sides() {
    let cases = [
        (dec!(2.125), "2.13"),
        (dec!(-2.125), "-2.13"),
        (dec!(2.135), "2.14"),
        (dec!(2.1249999999), "2.12"),
        (dec!(-2.1249999999), "-2.12"),
        (dec!(0.005), "0.01"),
        (dec!(-0.005), "-0.01"),
        (dec!(0.0049), "0"),
        (dec!(7), "7"),
        (dec!(0.0000000000000000000000000001), "0"),
    ];
    for (amount, expected) in cases {
        let rounded = Money::from(amount)
            .rounded(2, RoundingMode::HalfAway, "total")
            .unwrap();
        assert_eq!(rounded.to_string(), expected, "{amount}");
    }
}

#[test]
fn what_lies_far_below_one_unit_rounds_to_nothing() {
    let tiny = Money::from(dec!(0.0000000000000000000000000009));
    let tinier = tiny.times(tiny, "line item").unwrap();
    let rounded = |mode| tinier.rounded(2, mode, "total").unwrap().to_string();
    assert_eq!(rounded(RoundingMode::HalfAway), "0");
    assert_eq!(rounded(RoundingMode::Up), "0.01");
    let negative = tinier.negated().rounded(2, RoundingMode::Up, "total");
    assert_eq!(negative.unwrap().to_string(), "-0.01");
}

#[test]
fn a_product_past_38_digits_is_an_error_that_names_the_step() {
    let most = Money::from(Decimal::MAX);
    assert_eq!(
        most.times(most, "line item"),
        Err(PricingError::StepTooLong { step: "line item" })
    );
}

#[test]
fn zeros_after_the_point_never_make_an_amount_too_long() {
    let padded = Money::from(Decimal::from_i128_with_scale(10_i128.pow(28), 28));
    let product = (0..9).try_fold(Money::from(dec!(7)), |product, _| {
        padded.times(product, "tax")
    });
    assert_eq!(product.unwrap().to_string(), "7");
    let sum = Money::from(Decimal::MAX).plus(padded, "subtotal").unwrap();
    assert_eq!(sum.to_string(), "79228162514264337593543950336");
}

#[test]
fn a_result_past_96_bits_is_an_error_that_shows_all_digits() {
    let sum = Money::from(Decimal::MAX)
        .plus(Money::from(dec!(0.5)), "tax")
        .unwrap();
    assert_eq!(
        sum.to_decimal("tax"),
        Err(PricingError::ResultTooLong {
            step: "tax",
            value: "79228162514264337593543950335.5".to_owned()
        })
    );
}

#[test]
fn the_sum_and_its_limit_do_not_depend_on_the_order() {
    let huge = Money::of_units(10_i128.pow(38), 0).unwrap();
    let cent = Money::from(dec!(0.01));
    let forwards = [huge, huge.negated(), cent, cent];
    let backwards = [cent, huge, cent, huge.negated()];
    assert_eq!(
        Money::sum(forwards.into_iter(), "subtotal"),
        Money::sum(backwards.into_iter(), "subtotal")
    );
}

#[test]
fn amounts_are_displayed_plainly() {
    let cases = [
        (dec!(127.50), "127.5"),
        (dec!(-0.05), "-0.05"),
        (dec!(0.00), "0"),
        (dec!(100), "100"),
    ];
    for (amount, expected) in cases {
        assert_eq!(Money::from(amount).to_string(), expected);
    }
    assert_eq!(Money::from(dec!(0.0825)).hundredfold().to_string(), "8.25");
    assert_eq!(Money::from(dec!(0.2)).hundredfold().to_string(), "20");
}

#[test]
fn shown_amounts_have_the_minor_units_places() {
    let shown = |amount: Decimal| {
        Money::from(amount)
            .to_shown(2, "total")
            .unwrap()
            .to_string()
    };
    assert_eq!(shown(dec!(5)), "5.00");
    assert_eq!(shown(dec!(5.1)), "5.10");
    assert_eq!(shown(Decimal::MAX), Decimal::MAX.to_string());
}

#[test]
fn a_quotient_is_exact_and_a_decimal_where_it_can_be() {
    let cases = [
        (dec!(1), dec!(4), "0.25"),
        (dec!(1620), dec!(1.21), "162000/121"),
        (dec!(12.1), dec!(1.21), "10"),
        (dec!(-1), dec!(3), "-1/3"),
        (dec!(1), dec!(-0.6), "-5/3"),
        (dec!(0.07), dec!(0.0021), "100/3"),
        (dec!(0), dec!(7), "0"),
    ];
    for (above, below, expected) in cases {
        let quotient = Money::from(above).divided_by(below.into(), "tax").unwrap();
        assert_eq!(quotient.to_string(), expected, "{above} / {below}");
        assert_eq!(expected.parse::<Money>(), Ok(quotient));
        let back = quotient.times(below.into(), "tax").unwrap();
        assert_eq!(back, Money::from(above), "{above} / {below}");
    }
}

#[test]
fn fractions_add_up_on_a_common_divisor() {
    let third = Money::ONE.divided_by(Money::from(dec!(3)), "tax").unwrap();
    let half = Money::from(dec!(0.5));
    assert_eq!(third.plus(half, "tax").unwrap().to_string(), "2.5/3");
    let sixth = Money::ONE.divided_by(Money::from(dec!(6)), "tax").unwrap();
    let whole = Money::sum([third, half, sixth].into_iter(), "tax").unwrap();
    assert_eq!(whole, Money::ONE);
}

#[test]
fn fractions_round_as_decimals_do() {
    let rounded = |above, below: Decimal, mode| {
        let quotient = Money::from(above).divided_by(below.into(), "tax").unwrap();
        quotient.rounded(2, mode, "tax").unwrap().to_string()
    };
    assert_eq!(rounded(dec!(2), dec!(3), RoundingMode::HalfAway), "0.67");
    assert_eq!(rounded(dec!(-2), dec!(3), RoundingMode::HalfEven), "-0.67");
    assert_eq!(rounded(dec!(2), dec!(3), RoundingMode::Down), "0.66");
    assert_eq!(rounded(dec!(1), dec!(3), RoundingMode::Up), "0.34");
}

#[test]
fn a_text_that_is_no_exact_amount_is_refused() {
    for text in [
        "", "-", ".5", "5.", "1/", "1/0", "1/-2", "/2", "1e3", "1_0", "--1", "+1", " 1",
    ] {
        assert_eq!(
            text.parse::<Money>(),
            Err(AmountError::NotADecimal(text.to_owned())),
            "{text:?}"
        );
    }
    let long = "9".repeat(40);
    assert_eq!(long.parse::<Money>(), Err(AmountError::TooManyDigits(long)));
}
