//! Exact amounts: a whole number of up to 38 digits and a power of ten; never a float, never a lost digit.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::error::PricingError;

/// An exact amount of money, carried from step to step without rounding.
///
/// Amounts are free of currency here: 127.5 is 127.5 of whatever the invoice is written in.
/// Displayed and serialised with all digits and without trailing zeros (`127.5`).
#[derive(Clone, Copy, Debug)]
pub struct Money {
    mantissa: i128,
    scale: u32,
}

impl Money {
    /// Nothing at all.
    pub const ZERO: Self = Self {
        mantissa: 0,
        scale: 0,
    };

    /// The exact product; [`PricingError::StepTooLong`] names `step` when 38 digits do not hold it.
    pub(crate) fn times(self, factor: Self, step: &'static str) -> Result<Self, PricingError> {
        let product = |left: Self, right: Self| {
            let mantissa = left.mantissa.checked_mul(right.mantissa)?;
            Self::fitting(mantissa, left.scale + right.scale)
        };
        product(self, factor)
            .or_else(|| product(self.normalized(), factor.normalized()))
            .ok_or(PricingError::StepTooLong { step })
    }

    /// The exact sum of two amounts.
    pub(crate) fn plus(self, other: Self, step: &'static str) -> Result<Self, PricingError> {
        Self::sum([self, other].into_iter(), step)
    }

    /// The exact difference of two amounts.
    pub(crate) fn minus(self, other: Self, step: &'static str) -> Result<Self, PricingError> {
        self.plus(other.negated(), step)
    }

    /// The exact sum of any number of amounts.
    ///
    /// Amounts above and below zero are added up apart, on one common scale, so that neither the
    /// sum nor its limit depends on the order of the amounts.
    pub(crate) fn sum(
        amounts: impl Iterator<Item = Self> + Clone,
        step: &'static str,
    ) -> Result<Self, PricingError> {
        Self::sum_on_widest_scale(amounts.clone())
            .or_else(|| Self::sum_on_widest_scale(amounts.map(Self::normalized)))
            .ok_or(PricingError::StepTooLong { step })
    }

    fn sum_on_widest_scale(amounts: impl Iterator<Item = Self> + Clone) -> Option<Self> {
        let scale = Self::widest_scale(amounts.clone());
        let (mut above, mut below) = (0_i128, 0_i128);
        for amount in amounts {
            let mantissa = amount.mantissa_at(scale)?;
            let side = if mantissa < 0 { &mut below } else { &mut above };
            *side = side.checked_add(mantissa)?;
        }
        Self::fitting(above.checked_add(below)?, scale)
    }

    /// The largest number of decimal places among `amounts`.
    pub(crate) fn widest_scale(amounts: impl Iterator<Item = Self>) -> u32 {
        amounts.map(|amount| amount.scale).max().unwrap_or(0)
    }

    /// The amount as a whole number of `10^-scale`, if that is exact and fits.
    pub(crate) fn mantissa_at(self, scale: u32) -> Option<i128> {
        if self.mantissa == 0 || self.scale == scale {
            return Some(self.mantissa);
        }
        let power = 10_i128.checked_pow(scale.checked_sub(self.scale)?)?;
        self.mantissa.checked_mul(power)
    }

    /// `mantissa / 10^scale`; `None` for the one mantissa whose sign cannot be turned.
    pub(crate) fn fitting(mantissa: i128, scale: u32) -> Option<Self> {
        (mantissa != i128::MIN).then_some(Self { mantissa, scale })
    }

    /// The amount with its sign turned.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            mantissa: -self.mantissa,
            ..self
        }
    }

    /// Whether the amount is exactly zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Rounded once to `places` decimal places, half away from zero: 2.125 → 2.13, -2.125 → -2.13.
    ///
    /// That is what readers of invoices expect; half to even would make 2.125 a 2.12.
    #[must_use]
    pub fn rounded_half_away(self, places: u32) -> Self {
        let Some(surplus) = self.scale.checked_sub(places) else {
            return self;
        };
        let Some(unit) = 10_i128.checked_pow(surplus) else {
            // The mantissa has at most 39 digits, so this is less than half of one unit.
            return Self::ZERO;
        };
        let rest = self.mantissa % unit;
        let away = i128::from(rest.unsigned_abs() * 2 >= unit.unsigned_abs()) * rest.signum();
        Self {
            mantissa: self.mantissa / unit + away,
            scale: places,
        }
    }

    /// A hundred times the amount: the per cent of a rate.
    pub(crate) fn hundredfold(self) -> Self {
        let exact = self.normalized();
        match exact.scale.checked_sub(2) {
            Some(scale) => Self { scale, ..exact },
            // A rate has at most 96 bits, so two more digits fit.
            None => Self {
                mantissa: exact.mantissa * 10_i128.pow(2 - exact.scale),
                scale: 0,
            },
        }
    }

    /// The same amount without trailing zeros after the point.
    #[must_use]
    pub(crate) fn normalized(mut self) -> Self {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            self.mantissa /= 10;
            self.scale -= 1;
        }
        self
    }

    /// The amount as a [`Decimal`] without trailing zeros; [`PricingError::ResultTooLong`] when its
    /// 96 bits or 28 places do not hold every digit.
    pub(crate) fn to_decimal(self, step: &'static str) -> Result<Decimal, PricingError> {
        let exact = self.normalized();
        Decimal::try_from_i128_with_scale(exact.mantissa, exact.scale).map_err(|_| {
            PricingError::ResultTooLong {
                step,
                value: exact.to_string(),
            }
        })
    }

    /// The amount as it is shown: with at least `places` decimal places, as far as 96 bits hold them.
    pub(crate) fn to_shown(self, places: u32, step: &'static str) -> Result<Decimal, PricingError> {
        let padded = self
            .mantissa_at(places)
            .and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, places).ok());
        padded.map_or_else(|| self.to_decimal(step), Ok)
    }
}

impl From<Decimal> for Money {
    fn from(amount: Decimal) -> Self {
        Self {
            mantissa: amount.mantissa(),
            scale: amount.scale(),
        }
    }
}

impl PartialEq for Money {
    /// Equal as numbers: 1.50 equals 1.5.
    fn eq(&self, other: &Self) -> bool {
        let (left, right) = (self.normalized(), other.normalized());
        (left.mantissa, left.scale) == (right.mantissa, right.scale)
    }
}

impl Eq for Money {}

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
        formatter.pad_integral(
            amount.mantissa >= 0,
            "",
            &format!("{whole}{point}{fraction}"),
        )
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests;
