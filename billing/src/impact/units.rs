//! Exact amounts that can be compared, added up and counted: whole numbers of one small unit.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A unit is 10⁻⁹: finer than the minor unit of any currency, and 96 bits of it still fit.
const PLACES: u32 = 9;

/// An exact amount with up to nine decimal places; shown with the places that it was given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Units {
    units: i128,
    places: u32,
}

impl Units {
    /// `amount` exactly; `None` when it has more than nine decimal places.
    pub(super) fn of(amount: Decimal) -> Option<Self> {
        let exact = if amount.scale() > PLACES {
            amount.normalize()
        } else {
            amount
        };
        let power = 10_i128.checked_pow(PLACES.checked_sub(exact.scale())?)?;
        Some(Self {
            units: exact.mantissa().checked_mul(power)?,
            places: exact.scale(),
        })
    }

    /// The number of units, for counting and ordering.
    pub(super) fn count(self) -> i128 {
        self.units
    }

    /// So many units, shown with `places`.
    pub(super) fn from_count(units: i128, places: u32) -> Self {
        Self { units, places }
    }

    pub(super) fn places(self) -> u32 {
        self.places
    }

    /// One minor unit, such as a cent, of amounts with `places`.
    pub(super) fn smallest(places: u32) -> i128 {
        10_i128.pow(PLACES.saturating_sub(places))
    }

    /// The same amount, shown with at least `places`.
    pub(super) fn shown_with(self, places: u32) -> Self {
        Self {
            places: places.max(self.places),
            ..self
        }
    }

    pub(super) fn is_zero(self) -> bool {
        self.units == 0
    }

    pub(super) fn negated(self) -> Self {
        Self {
            units: -self.units,
            ..self
        }
    }

    /// The exact sum; `None` beyond 38 digits.
    pub(super) fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            units: self.units.checked_add(other.units)?,
            places: self.places.max(other.places),
        })
    }

    /// The exact difference; `None` beyond 38 digits.
    pub(super) fn minus(self, other: Self) -> Option<Self> {
        self.plus(other.negated())
    }

    /// An amount as it is shown.
    fn of_text(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let places = u32::try_from(fraction.len()).ok()?;
        let missing = PLACES.checked_sub(places)?;
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        Some(Self {
            units: digits.checked_mul(10_i128.pow(missing))?,
            places,
        })
    }

    /// As text with its sign, such as `+5.00`.
    pub(super) fn signed(self) -> String {
        format!("{self:+}")
    }
}

impl PartialEq for Units {
    /// Equal as numbers: 1.50 equals 1.5.
    fn eq(&self, other: &Self) -> bool {
        self.units == other.units
    }
}

impl Eq for Units {}

impl fmt::Display for Units {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.units.unsigned_abs();
        let one = 10_u128.pow(PLACES);
        let digits = format!("{:09}", magnitude % one);
        let shown = digits.trim_end_matches('0').len().max(self.places as usize);
        let point = if shown > 0 { "." } else { "" };
        let text = format!("{}{point}{}", magnitude / one, &digits[..shown]);
        let is_nonnegative = self.units >= 0;
        if self.units == 0 {
            formatter.pad(&text)
        } else {
            formatter.pad_integral(is_nonnegative, "", &text)
        }
    }
}

impl Serialize for Units {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Units {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::of_text(&text).ok_or_else(|| de::Error::custom(format!("{text:?} is no amount")))
    }
}

#[cfg(test)]
mod tests {
    use super::Units;

    fn units(text: &str) -> Option<Units> {
        Units::of(pricing::amount::parse(text).unwrap())
    }

    #[test]
    fn amounts_are_shown_as_they_were_given() {
        for text in ["0", "5", "-5.00", "0.01", "-0.000000001", "0.00"] {
            assert_eq!(units(text).unwrap().to_string(), text);
        }
        for text in [
            "0",
            "-5.00",
            "-0.05",
            "170141183460469231731687303715.884105727",
        ] {
            assert_eq!(Units::of_text(text).unwrap().to_string(), text);
        }
        assert!(Units::of_text("1.0000000001").is_none());
        assert_eq!(units("5.00").unwrap().signed(), "+5.00");
        assert_eq!(units("0.00").unwrap().signed(), "0.00");
    }

    #[test]
    fn the_longest_amounts_are_exact_and_a_tenth_place_is_refused() {
        let longest = units("79228162514264337593543950335").unwrap();
        assert_eq!(longest.to_string(), "79228162514264337593543950335");
        assert_eq!(units("0.0000000001"), None);
        assert_eq!(units("0.0100000000000"), units("0.01"));
        assert!(longest.plus(longest).is_some());
    }
}
