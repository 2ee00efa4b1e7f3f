//! Exact amounts: a whole number of up to 38 digits over a power of ten; never a float, never a lost digit.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::error::PricingError;

mod rounded;
mod text;

/// An exact amount of money, carried from step to step without rounding.
///
/// Amounts are free of currency here: 127.5 is 127.5 of whatever the invoice is written in. The tax
/// inside a price can be a fraction that no decimal holds (21/121 of it), so an amount may have a
/// whole divisor besides its power of ten. Displayed and serialised with all digits and without
/// trailing zeros: `127.5`, `34020/121`.
#[derive(Clone, Copy, Debug)]
pub struct Money {
    mantissa: i128,
    scale: u32,
    divisor: u64,
}

impl Money {
    /// Nothing at all.
    pub const ZERO: Self = Self {
        mantissa: 0,
        scale: 0,
        divisor: 1,
    };

    /// One whole unit of the currency; also the rate of 100 %.
    pub(crate) const ONE: Self = Self {
        mantissa: 1,
        ..Self::ZERO
    };

    /// The exact product; [`PricingError::StepTooLong`] names `step` when 38 digits do not hold it.
    pub(crate) fn times(self, factor: Self, step: &'static str) -> Result<Self, PricingError> {
        let product = |left: Self, right: Self| {
            let mantissa = left.mantissa.checked_mul(right.mantissa)?;
            let divisor = left.divisor.checked_mul(right.divisor)?;
            Self::fitting(mantissa, left.scale + right.scale, divisor)
        };
        product(self, factor)
            .or_else(|| product(self.normalized(), factor.normalized()))
            .ok_or(PricingError::StepTooLong { step })
    }

    /// The exact quotient; the divisor must not be zero.
    pub(crate) fn divided_by(self, other: Self, step: &'static str) -> Result<Self, PricingError> {
        let quotient = |left: Self, right: Self| {
            let shared = gcd(left.mantissa.unsigned_abs(), right.mantissa.unsigned_abs());
            let shared = i128::try_from(shared).ok()?;
            let below = right.mantissa.checked_div(shared)?;
            let right_places = power_of_ten(right.scale.saturating_sub(left.scale))?;
            let above = (left.mantissa.checked_div(shared)? * below.signum())
                .checked_mul(i128::from(right.divisor))?
                .checked_mul(right_places)?;
            let divisor = u128::from(left.divisor).checked_mul(below.unsigned_abs())?;
            let scale = left.scale.saturating_sub(right.scale);
            Self::fitting(above, scale, u64::try_from(divisor).ok()?)
        };
        let (left, right) = (self.normalized(), other.normalized());
        quotient(left, right)
            .map(Self::normalized)
            .ok_or(PricingError::StepTooLong { step })
    }

    /// The exact sum of two amounts.
    pub(crate) fn plus(self, other: Self, step: &'static str) -> Result<Self, PricingError> {
        if other.mantissa == 0 {
            return Ok(self);
        }
        match self.plus_quickly(other) {
            Some(sum) => Ok(sum),
            None => Self::sum([self, other].into_iter(), step),
        }
    }

    /// The sum of two amounts of one divisor that need no shortening: nearly all are.
    fn plus_quickly(self, other: Self) -> Option<Self> {
        if self.divisor != other.divisor {
            return None;
        }
        let scale = self.scale.max(other.scale);
        let mantissa = self
            .mantissa_at(scale, self.divisor)?
            .checked_add(other.mantissa_at(scale, self.divisor)?)?;
        Self::fitting(mantissa, scale, self.divisor)
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
        Self::sum_on_common_unit(amounts.clone())
            .or_else(|| Self::sum_on_common_unit(amounts.map(Self::normalized)))
            .ok_or(PricingError::StepTooLong { step })
    }

    fn sum_on_common_unit(amounts: impl Iterator<Item = Self> + Clone) -> Option<Self> {
        let (scale, divisor) = Self::common_unit(amounts.clone())?;
        let (mut above, mut below) = (0_i128, 0_i128);
        for amount in amounts {
            let mantissa = amount.mantissa_at(scale, divisor)?;
            let side = if mantissa < 0 { &mut below } else { &mut above };
            *side = side.checked_add(mantissa)?;
        }
        Self::fitting(above.checked_add(below)?, scale, divisor)
    }

    /// The finest unit among `amounts`: each is a whole number of `1 / (10^scale × divisor)`.
    pub(crate) fn common_unit(amounts: impl Iterator<Item = Self>) -> Option<(u32, u64)> {
        let (mut scale, mut divisor) = (0, 1_u64);
        for amount in amounts {
            scale = scale.max(amount.scale);
            if amount.divisor != divisor {
                let shared = gcd(divisor.into(), amount.divisor.into());
                divisor = divisor.checked_mul(amount.divisor / u64::try_from(shared).ok()?)?;
            }
        }
        Some((scale, divisor))
    }

    /// The amount as a whole number of `1 / (10^scale × divisor)`, if that is exact and fits.
    pub(crate) fn mantissa_at(self, scale: u32, divisor: u64) -> Option<i128> {
        if self.mantissa == 0 || (self.scale == scale && self.divisor == divisor) {
            return Some(self.mantissa);
        }
        let power = power_of_ten(scale.checked_sub(self.scale)?)?;
        let mantissa = self.mantissa.checked_mul(power)?;
        if self.divisor == divisor {
            return Some(mantissa);
        }
        let is_whole = divisor.is_multiple_of(self.divisor);
        mantissa.checked_mul(i128::from(is_whole.then(|| divisor / self.divisor)?))
    }

    /// So many units of `10^-places`.
    pub(crate) fn of_units(units: i128, places: u32) -> Option<Self> {
        Self::fitting(units, places, 1)
    }

    /// `mantissa / 10^scale`, for a mantissa of far less than 38 digits.
    pub(crate) const fn exactly(mantissa: i128, scale: u32) -> Self {
        Self {
            mantissa,
            scale,
            divisor: 1,
        }
    }

    /// `None` for the one mantissa whose sign cannot be turned.
    fn fitting(mantissa: i128, scale: u32, divisor: u64) -> Option<Self> {
        (mantissa != i128::MIN).then_some(Self {
            mantissa,
            scale,
            divisor,
        })
    }

    /// The amount with its sign turned.
    #[must_use]
    pub fn negated(self) -> Self {
        Self {
            mantissa: -self.mantissa,
            ..self
        }
    }

    /// The decimal places that are needed to write it down.
    pub(crate) fn decimal_places(self) -> u32 {
        self.normalized().scale
    }

    /// Whether the amount is exactly zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Whether the amount is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// Which of two amounts is larger.
    pub(crate) fn compared(
        self,
        other: Self,
        step: &'static str,
    ) -> Result<Ordering, PricingError> {
        Ok(self.minus(other, step)?.mantissa.cmp(&0))
    }

    /// The same amount without trailing zeros after the point and in lowest terms.
    #[must_use]
    pub(crate) fn normalized(self) -> Self {
        let mut amount = if self.divisor == 1 {
            self
        } else {
            self.in_lowest_terms()
        };
        while amount.scale > 0 && amount.mantissa % 10 == 0 {
            amount.mantissa /= 10;
            amount.scale -= 1;
        }
        amount
    }

    fn in_lowest_terms(mut self) -> Self {
        let shared = gcd(self.mantissa.unsigned_abs(), self.divisor.into());
        // What divides a divisor of 64 bits fits both types.
        if let (Ok(above), Ok(below)) = (i128::try_from(shared), u64::try_from(shared)) {
            self.mantissa /= above;
            self.divisor /= below;
        }
        for (factor, complement) in [(10, 1), (5, 2), (2, 5)] {
            while self.divisor.is_multiple_of(factor)
                && let Some(mantissa) = self.mantissa.checked_mul(complement)
            {
                self.mantissa = mantissa;
                self.divisor /= factor;
                self.scale += 1;
            }
        }
        self
    }

    /// The amount as a [`Decimal`] without trailing zeros; [`PricingError::ResultTooLong`] when its
    /// 96 bits or 28 places do not hold every digit.
    pub(crate) fn to_decimal(self, step: &'static str) -> Result<Decimal, PricingError> {
        let exact = self.normalized();
        let decimal = (exact.divisor == 1)
            .then(|| Decimal::try_from_i128_with_scale(exact.mantissa, exact.scale).ok());
        decimal
            .flatten()
            .ok_or_else(|| PricingError::ResultTooLong {
                step,
                value: exact.to_string(),
            })
    }

    /// The amount as it is shown: with at least `places` decimal places, as far as 96 bits hold them.
    pub(crate) fn to_shown(self, places: u32, step: &'static str) -> Result<Decimal, PricingError> {
        let padded = self
            .mantissa_at(places, 1)
            .and_then(|mantissa| Decimal::try_from_i128_with_scale(mantissa, places).ok());
        padded.map_or_else(|| self.to_decimal(step), Ok)
    }
}

/// `10^exponent`, if it fits.
pub(crate) fn power_of_ten(exponent: u32) -> Option<i128> {
    const POWERS: [i128; 39] = {
        let mut powers = [1; 39];
        let mut exponent = 1;
        while exponent < powers.len() {
            powers[exponent] = powers[exponent - 1] * 10;
            exponent += 1;
        }
        powers
    };
    POWERS.get(exponent as usize).copied()
}

/// The greatest common divisor; that of zero and zero is taken as one, so that one can divide by it.
fn gcd(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

impl From<Decimal> for Money {
    fn from(amount: Decimal) -> Self {
        Self {
            mantissa: amount.mantissa(),
            scale: amount.scale(),
            divisor: 1,
        }
    }
}

impl PartialEq for Money {
    /// Equal as numbers: 1.50 equals 1.5.
    fn eq(&self, other: &Self) -> bool {
        let parts = |amount: &Self| {
            let exact = amount.normalized();
            (exact.mantissa, exact.scale, exact.divisor)
        };
        parts(self) == parts(other)
    }
}

impl Eq for Money {}

#[cfg(test)]
mod tests;
