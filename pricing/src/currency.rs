//! Currencies of ISO 4217: a code, and how many decimal places its minor unit has.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A currency in which one can be billed: `EUR` (2 places), `JPY` (0), `KWD` (3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Currency {
    code: iso_currency::Currency,
    places: u32,
}

/// A text that is not a currency in which one can be billed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// No such code.
    #[error(
        "{0:?} is not a currency of ISO 4217 (allowed: its three capital letters, such as EUR)"
    )]
    Unknown(String),
    /// A code such as gold (XAU), which has no minor unit.
    #[error(
        "{0} has no minor unit, so nothing can be billed in it (allowed: a currency, such as EUR)"
    )]
    NoMinorUnit(String),
}

impl Currency {
    /// The three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code.code()
    }

    /// The decimal places of the minor unit.
    #[must_use]
    pub fn minor_unit_places(self) -> u32 {
        self.places
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let code = iso_currency::Currency::from_code(text)
            .ok_or_else(|| CurrencyError::Unknown(text.to_owned()))?;
        let exponent = code.exponent();
        let places = exponent.ok_or_else(|| CurrencyError::NoMinorUnit(text.to_owned()))?;
        Ok(Self {
            code,
            places: places.into(),
        })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
