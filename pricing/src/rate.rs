//! Rates: fractions from 0 to 1, shown to people as per cent.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::amount;
use crate::error::RateError;
use crate::money::Money;

/// A fraction of an amount, from 0 (nothing) to 1 (all of it); displayed as per cent (`15 %`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "RateText", into = "RateText")]
pub struct Rate(Decimal);

impl Rate {
    /// No rate at all: 0 %.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// A rate of the standard policy, whose constants are known to lie between 0 and 1.
    pub(crate) const fn of_standard_policy(fraction: Decimal) -> Self {
        Self(fraction)
    }

    /// The fraction: 0.15 for 15 %.
    #[must_use]
    pub fn fraction(self) -> Decimal {
        self.0
    }

    /// The same rate without trailing zeros.
    pub(crate) fn normalized(self) -> Self {
        Self(self.0.normalize())
    }

    pub(crate) fn as_factor(self) -> Money {
        Money::from(self.0)
    }
}

impl TryFrom<Decimal> for Rate {
    type Error = RateError;

    fn try_from(fraction: Decimal) -> Result<Self, RateError> {
        if fraction < Decimal::ZERO {
            return Err(RateError::Negative(fraction));
        }
        if fraction > Decimal::ONE {
            return Err(RateError::AboveOne { rate: fraction });
        }
        Ok(Self(fraction))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Two places to the right in the text, because a product could exceed 28 digits.
        let percent = Money::from(self.0).hundredfold();
        write!(formatter, "{percent} %")
    }
}

/// A rate as it stands in a file: a decimal text or number.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct RateText(#[serde(with = "amount")] Decimal);

impl TryFrom<RateText> for Rate {
    type Error = RateError;

    fn try_from(text: RateText) -> Result<Self, RateError> {
        Self::try_from(text.0)
    }
}

impl From<Rate> for RateText {
    fn from(rate: Rate) -> Self {
        Self(rate.0)
    }
}

#[cfg(test)]
mod tests;
