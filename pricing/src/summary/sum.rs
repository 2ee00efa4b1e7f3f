//! A sum of amounts that never passes a limit, so that it does not depend on the order of its parts.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::error::AmountError;

/// More digits than any sum of amounts has; a longer text is no sum.
const DIGITS_MAX: usize = 100;

/// No amount has more decimal places.
const PLACES_MAX: u32 = 28;

/// An exact sum, of any size; displayed and serialised as text with all its decimal places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    units: BigInt,
    /// The decimal places of a unit: the most that any part has.
    places: u32,
}

impl Sum {
    pub(super) fn zero(places: u32) -> Self {
        Self {
            units: BigInt::ZERO,
            places,
        }
    }

    /// Whether the sum is exactly zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.units == BigInt::ZERO
    }

    pub(super) fn add(&mut self, amount: Decimal) {
        if amount.is_zero() && amount.scale() <= self.places {
            return;
        }
        self.make_finer(amount.scale());
        let power = 10_i128.pow(self.places - amount.scale());
        match amount.mantissa().checked_mul(power) {
            Some(units) => self.units += units,
            None => self.units += BigInt::from(amount.mantissa()) * power,
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.make_finer(other.places);
        self.units += &other.units * 10_i128.pow(self.places - other.places);
    }

    fn make_finer(&mut self, places: u32) {
        if places > self.places {
            self.units *= 10_i128.pow(places - self.places);
            self.places = places;
        }
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.places as usize;
        let digits = format!("{:0>width$}", self.units.magnitude(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let point = if places == 0 { "" } else { "." };
        let is_nonnegative = self.units >= BigInt::ZERO;
        formatter.pad_integral(is_nonnegative, "", &format!("{whole}{point}{fraction}"))
    }
}

impl FromStr for Sum {
    type Err = AmountError;

    /// Reads what is displayed.
    fn from_str(text: &str) -> Result<Self, AmountError> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || unsigned.ends_with('.') || !is_digits(whole) || !is_digits(fraction)
        {
            return Err(AmountError::NotADecimal(text.to_owned()));
        }
        let too_long = || AmountError::TooManyDigits(text.to_owned());
        let places = u32::try_from(fraction.len()).map_err(|_| too_long())?;
        if places > PLACES_MAX || unsigned.len() > DIGITS_MAX {
            return Err(too_long());
        }
        let units: BigInt = format!("{whole}{fraction}")
            .parse()
            .map_err(|_| too_long())?;
        let is_negative = unsigned.len() < text.len();
        Ok(Self {
            units: if is_negative { -units } else { units },
            places,
        })
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
