//! Reading amounts: decimal text, or a JSON number by its own text, kept to the last digit.

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serializer, de::Error as _};
use serde_json::Value;

use crate::error::AmountError;

/// Reads `-?digits[.digits]`, exactly.
///
/// Stricter than `Decimal::from_str`, which takes `1_000`, `5.` and `1e3` and silently rounds what
/// has too many digits.
///
/// ```
/// use pricing::{AmountError, amount};
/// assert_eq!(amount::parse("90071992547409.93")?.to_string(), "90071992547409.93");
/// assert_eq!(amount::parse("1e3"), Err(AmountError::Exponent("1e3".to_owned())));
/// # Ok::<(), AmountError>(())
/// ```
pub fn parse(text: &str) -> Result<Decimal, AmountError> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (-1, unsigned),
        None => (1, text),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    if !is_digits(whole) || !is_digits(fraction) {
        return Err(refusal(text));
    }
    let fraction = if unsigned.contains('.') { fraction } else { "" };
    exactly(sign, whole, fraction)
        // Zeros at the end of a fraction change no value, so they may exceed the limit.
        .or_else(|| exactly(sign, whole, fraction.trim_end_matches('0')))
        .ok_or_else(|| AmountError::TooManyDigits(text.to_owned()))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn exactly(sign: i128, whole: &str, fraction: &str) -> Option<Decimal> {
    let mut digits = whole.bytes().chain(fraction.bytes());
    let magnitude = digits.try_fold(0_i128, |value, digit| {
        value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))
    })?;
    let scale = u32::try_from(fraction.len()).ok()?;
    Decimal::try_from_i128_with_scale(sign * magnitude, scale).ok()
}

fn refusal(text: &str) -> AmountError {
    let number_with_exponent = text
        .split_once(['e', 'E'])
        .is_some_and(|(mantissa, _)| parse(mantissa).is_ok());
    match text {
        "" => AmountError::Empty,
        _ if text.ends_with('%') => AmountError::Percent(text.to_owned()),
        _ if number_with_exponent => AmountError::Exponent(text.to_owned()),
        _ => AmountError::NotADecimal(text.to_owned()),
    }
}

/// Deserialises an amount from a text or a number; for `#[serde(with = "pricing::amount")]`.
///
/// A JSON number is read by its own text. A binary float from a format that has nothing else is
/// refused: see [`AmountError::Float`].
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let text = match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        other => {
            return Err(D::Error::custom(format_args!(
                "{other} is not an amount (write a decimal number such as 40.00)"
            )));
        }
    };
    parse(&text).map_err(D::Error::custom)
}

/// Serialises an amount as text, with its trailing zeros: no reader can take it for a float.
pub fn serialize<S: Serializer>(amount: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(amount)
}

/// The same for an amount that may be absent; for `#[serde(with = "pricing::amount::optional")]`
/// beside `#[serde(default, skip_serializing_if = "Option::is_none")]`.
pub mod optional {
    use rust_decimal::Decimal;
    use serde::{Deserializer, Serializer};

    /// Deserialises an amount that stands there; an absent one is the field's default.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Decimal>, D::Error> {
        super::deserialize(deserializer).map(Some)
    }

    /// Serialises an amount as text.
    pub fn serialize<S: Serializer>(
        amount: &Option<Decimal>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match amount {
            Some(amount) => super::serialize(amount, serializer),
            None => serializer.serialize_none(),
        }
    }
}

#[cfg(test)]
mod tests;
