use rust_decimal::{Decimal, dec};

use super::parse;
use crate::error::AmountError;

#[test]
fn plain_decimals_keep_every_digit_and_their_trailing_zeros() {
    for text in [
        "0",
        "-1.00",
        "40.00",
        "90071992547409.93",
        "79228162514264337593543950335",
        "0.0000000000000000000000000001",
    ] {
        assert_eq!(parse(text).unwrap().to_string(), text, "{text}");
    }
}

#[test]
fn zeros_beyond_the_limit_change_no_value() {
    let text = format!("1.5{}", "0".repeat(60));
    assert_eq!(parse(&text), Ok(dec!(1.5)));
    let text = format!("{}7", "0".repeat(60));
    assert_eq!(parse(&text), Ok(dec!(7)));
}

#[test]
fn what_the_decimal_crate_would_round_or_guess_is_refused() {
    let not_decimals = [
        "1_000", "5.", ".5", "+5", " 5", "5 ", "1,000", "0x10", "NaN", "-", "--1", "1.2.3", "e3",
        "1.-2", "٣",
    ];
    for text in not_decimals {
        assert_eq!(
            parse(text),
            Err(AmountError::NotADecimal(text.to_owned())),
            "{text}"
        );
    }
    for text in ["1e3", "1.5E-2"] {
        assert_eq!(
            parse(text),
            Err(AmountError::Exponent(text.to_owned())),
            "{text}"
        );
    }
    let thirty_digits = "123456789012345678901234567890";
    let twenty_nine_places = "0.00000000000000000000000000001";
    for text in [thirty_digits, twenty_nine_places, &"9".repeat(50)] {
        assert_eq!(
            parse(text),
            Err(AmountError::TooManyDigits(text.to_owned())),
            "{text}"
        );
    }
    assert_eq!(parse(""), Err(AmountError::Empty));
}

#[derive(Debug, serde::Deserialize, serde::Serialize)]
struct Priced {
    #[serde(with = "crate::amount")]
    amount: Decimal,
}

#[test]
fn a_json_number_is_read_by_its_text_and_written_as_text() {
    let read = |json: &str| serde_json::from_str::<Priced>(json);
    let priced = read(r#"{"amount": 90071992547409.93}"#).unwrap();
    assert_eq!(priced.amount.to_string(), "90071992547409.93");
    assert_eq!(
        serde_json::to_string(&priced).unwrap(),
        r#"{"amount":"90071992547409.93"}"#
    );
    let error = |json| read(json).unwrap_err().to_string();
    assert!(error(r#"{"amount": 1e3}"#).contains("exponent"));
    assert!(error(r#"{"amount": true}"#).contains("true is not an amount"));
    assert!(error(r#"{"amount": 0.12345678901234567890123456789}"#).contains("too many digits"));
}
