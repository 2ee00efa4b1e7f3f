//! Exact amounts as text, and read back from it: `127.5`, `34020/121`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::Money;
use crate::error::AmountError;

impl Money {
    /// A hundred times the amount: the per cent of a rate.
    pub(crate) fn hundredfold(self) -> Self {
        let exact = self.normalized();
        match exact.scale.checked_sub(2) {
            Some(scale) => Self { scale, ..exact },
            // A rate has at most 96 bits, so two more digits fit.
            None => Self {
                mantissa: exact.mantissa * 10_i128.pow(2 - exact.scale),
                scale: 0,
                ..exact
            },
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.normalized();
        let places = amount.scale as usize;
        let digits = format!(
            "{:0>width$}",
            amount.mantissa.unsigned_abs(),
            width = places + 1
        );
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let point = if places == 0 { "" } else { "." };
        let mut text = format!("{whole}{point}{fraction}");
        if amount.divisor != 1 {
            text = format!("{text}/{}", amount.divisor);
        }
        formatter.pad_integral(amount.mantissa >= 0, "", &text)
    }
}

impl FromStr for Money {
    type Err = AmountError;

    /// Reads what is displayed: at most 38 digits, and perhaps a divisor.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let refused = || AmountError::NotADecimal(text.to_owned());
        let (decimal, divisor) = text.split_once('/').unwrap_or((text, "1"));
        let (sign, unsigned) = match decimal.strip_prefix('-') {
            Some(unsigned) => (-1, unsigned),
            None => (1, decimal),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{fraction}");
        let only_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let point_is_left_open = unsigned.ends_with('.') || whole.is_empty();
        if point_is_left_open
            || divisor.is_empty()
            || !only_digits(&digits)
            || !only_digits(divisor)
        {
            return Err(refused());
        }
        let too_long = || AmountError::TooManyDigits(text.to_owned());
        let mantissa: i128 = digits.parse().map_err(|_| too_long())?;
        let scale = u32::try_from(fraction.len()).map_err(|_| too_long())?;
        match divisor.parse::<u64>() {
            Ok(0) => Err(refused()),
            Ok(divisor) => Self::fitting(sign * mantissa, scale, divisor).ok_or_else(too_long),
            Err(_) => Err(too_long()),
        }
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
