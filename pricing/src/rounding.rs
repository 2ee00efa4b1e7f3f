//! Rounding as data: when an amount is rounded ([`RoundingRule`]) and which way ([`RoundingMode`]).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::PricingError;
use crate::money::Money;

/// How a policy rounds: which amounts, and which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// Which amounts are rounded.
    #[serde(default)]
    pub rule: RoundingRule,
    /// Which way.
    #[serde(default)]
    pub mode: RoundingMode,
}

/// Which amounts are rounded before the next is computed from them.
///
/// | rule | 3 lines of 1 × 0.333, tax 10 % | tax | total |
/// |---|---|---|---|
/// | `total` | 0.999 is carried | 0.0999 | 1.0989 → 1.10 |
/// | `precise` | 0.999 is carried | 0.0999 | 1.0989 → 1.10 |
/// | `shown-amounts` | 0.33 + 0.33 + 0.33 | 0.099 → 0.10 | 1.09 |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoundingRule {
    /// Everything is carried exactly; the total is rounded once, at the end. Only a fixed discount or
    /// charge that is spread over several tax codes is split in minor units.
    #[default]
    Total,
    /// Every amount is rounded to the minor unit as soon as it is computed.
    ShownAmounts,
    /// Every amount is carried with two places more than the minor unit and rounded at the end.
    Precise,
}

/// Which way an amount between two units goes.
///
/// | mode | 2.5 | 3.5 | 2.1 | -2.5 |
/// |---|---|---|---|---|
/// | `half-away` | 3 | 4 | 2 | -3 |
/// | `half-even` | 2 | 4 | 2 | -2 |
/// | `up` | 3 | 4 | 3 | -3 |
/// | `down` | 2 | 3 | 2 | -2 |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoundingMode {
    /// To the nearest unit, halves away from zero: what readers of invoices expect.
    #[default]
    HalfAway,
    /// To the nearest unit, halves to the even one.
    HalfEven,
    /// Away from zero, however small the rest.
    Up,
    /// Towards zero.
    Down,
}

impl RoundingMode {
    /// `above / below` as a whole number; `below` is greater than zero.
    pub(crate) fn quotient(self, above: i128, below: i128) -> i128 {
        let (whole, rest) = (above / below, above % below);
        let doubled = rest.unsigned_abs() * 2;
        let half = below.unsigned_abs();
        let away = match self {
            Self::HalfAway => doubled >= half,
            Self::HalfEven => doubled > half || (doubled == half && whole % 2 != 0),
            Self::Up => rest != 0,
            Self::Down => false,
        };
        whole + if away { rest.signum() } else { 0 }
    }

    /// What becomes of `above` units so small that they are less than half of a whole.
    pub(crate) fn of_less_than_half(self, above: i128) -> i128 {
        if self == Self::Up { above.signum() } else { 0 }
    }
}

impl fmt::Display for Rounding {
    /// For people: `rounded once, half away from zero`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = match self.rule {
            RoundingRule::Total => "rounded once",
            RoundingRule::ShownAmounts => "each shown amount rounded",
            RoundingRule::Precise => "rounded at the end, two more places until then",
        };
        let mode = match self.mode {
            RoundingMode::HalfAway => "half away from zero",
            RoundingMode::HalfEven => "half to even",
            RoundingMode::Up => "away from zero",
            RoundingMode::Down => "towards zero",
        };
        write!(formatter, "{rule}, {mode}")
    }
}

/// A rounding for a currency: how an amount is carried on, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Precision {
    pub(crate) rounding: Rounding,
    /// The decimal places of the currency's minor unit.
    pub(crate) places: u32,
}

/// An amount derived from others: all its digits, and what of them the next step is computed from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Derived {
    pub(crate) exact: Money,
    pub(crate) carried: Money,
    /// Whether it is a discount that was held to what was left.
    pub(crate) capped: bool,
}

impl Derived {
    pub(crate) const ZERO: Self = Self::as_is(Money::ZERO);

    /// An amount that needs no rounding, such as a sum of rounded ones.
    pub(crate) const fn as_is(exact: Money) -> Self {
        Self {
            exact,
            carried: exact,
            capped: false,
        }
    }
}

impl Precision {
    /// The decimal places of an amount on its way; `None` when all are kept.
    pub(crate) fn carried_places(self) -> Option<u32> {
        match self.rounding.rule {
            RoundingRule::Total => None,
            RoundingRule::ShownAmounts => Some(self.places),
            RoundingRule::Precise => Some(self.places + 2),
        }
    }

    /// `exact`, as the rule carries it on.
    pub(crate) fn carry(self, exact: Money, step: &'static str) -> Result<Derived, PricingError> {
        let carried = match self.carried_places() {
            Some(places) => exact.rounded(places, self.rounding.mode, step)?,
            None => exact,
        };
        Ok(Derived {
            exact,
            carried,
            capped: false,
        })
    }

    /// `exact` in minor units.
    pub(crate) fn to_minor_units(
        self,
        exact: Money,
        step: &'static str,
    ) -> Result<Money, PricingError> {
        exact.rounded(self.places, self.rounding.mode, step)
    }
}

#[cfg(test)]
mod tests;
