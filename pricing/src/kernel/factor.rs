//! What a total is of its subtotal: one fraction in lowest terms for each scale of the subtotal.

use num_integer::Integer;

use super::subtotal::PerScale;
use crate::rate::Rate;
use crate::rounding::RoundingMode;

/// So many decimal places of all rates together: with a subtotal of 63 bits, every step of the general
/// path then stays below its 38 digits, so that both answer the same.
const RATE_PLACES_MAX: u32 = 18;

/// A product of `1 ± rate`, exact: a whole number over a power of ten.
#[derive(Clone, Copy, Debug)]
pub(super) struct RateProduct {
    mantissa: u64,
    places: u32,
}

impl RateProduct {
    pub(super) const ONE: Self = Self {
        mantissa: 1,
        places: 0,
    };

    pub(super) const NONE: Self = Self {
        mantissa: 0,
        places: 0,
    };

    pub(super) fn places(self) -> u32 {
        self.places
    }

    /// The mantissa on so many decimal places.
    pub(super) fn at(self, places: u32) -> Option<u64> {
        let power = 10_u64.checked_pow(places.checked_sub(self.places)?)?;
        self.mantissa.checked_mul(power)
    }

    /// The `rate` of itself.
    pub(super) fn part(self, rate: Rate) -> Option<Self> {
        let (rate, one) = parts(rate)?;
        self.times(rate, one)
    }

    /// Less the `rate` of itself.
    pub(super) fn less(self, rate: Rate) -> Option<Self> {
        let (rate, one) = parts(rate)?;
        self.times(one.checked_sub(rate)?, one)
    }

    /// Plus the `rate` of itself.
    pub(super) fn plus(self, rate: Rate) -> Option<Self> {
        let (rate, one) = parts(rate)?;
        self.times(one.checked_add(rate)?, one)
    }

    /// Less the `rate` of the whole subtotal; `None` when less than that is left.
    pub(super) fn less_of_subtotal(self, rate: Rate) -> Option<Self> {
        let (rate, one) = parts(rate)?;
        let left = self.times(one, one)?;
        let rate = rate.checked_mul(10_u64.pow(self.places))?;
        Some(Self {
            mantissa: left.mantissa.checked_sub(rate)?,
            ..left
        })
    }

    fn times(self, factor: u64, one: u64) -> Option<Self> {
        let places = self.places + one.ilog10();
        let mantissa = self.mantissa.checked_mul(factor)?;
        (places <= RATE_PLACES_MAX).then_some(Self { mantissa, places })
    }
}

/// A rate as a whole number, and what 1 is in its unit.
fn parts(rate: Rate) -> Option<(u64, u64)> {
    let fraction = rate.fraction();
    let one = 10_u64.checked_pow(fraction.scale())?;
    Some((u64::try_from(fraction.mantissa()).ok()?, one))
}

/// The factors of one kind of customer by the subtotal's scale.
#[derive(Clone, Debug)]
pub(super) struct Factors(PerScale<Option<Factor>>);

/// `numerator / denominator` minor units for each unit of the subtotal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor {
    numerator: u64,
    denominator: u64,
    /// 2^64 / denominator, or just below it.
    reciprocal: u64,
}

impl Factors {
    /// Where the general path answers always.
    pub(super) const NONE: Self = Self([None; 13]);

    /// The factors that turn a subtotal into minor units of so many decimal places.
    pub(super) fn new(product: RateProduct, places: u32) -> Self {
        let mut factors = Self::NONE;
        for (scale, factor) in (0..).zip(&mut factors.0) {
            *factor = Factor::new(product, scale, places);
        }
        factors
    }

    #[inline]
    pub(super) fn at(&self, scale: u32) -> Option<Factor> {
        *self.0.get(scale as usize)?
    }
}

impl Factor {
    fn new(product: RateProduct, scale: u32, places: u32) -> Option<Self> {
        let numerator = u128::from(product.mantissa) * 10_u128.checked_pow(places)?;
        let denominator = 10_u128.checked_pow(product.places + scale)?;
        let shared = numerator.gcd(&denominator);
        let denominator = u64::try_from(denominator / shared).ok()?;
        Some(Self {
            numerator: u64::try_from(numerator / shared).ok()?,
            denominator,
            reciprocal: u64::MAX / denominator,
        })
    }

    /// `product` divided by the denominator, and the rest. A processor divides several times slower than it
    /// multiplies.
    #[inline]
    fn divided(self, product: u64) -> (u64, u64) {
        // Of the reciprocal at most 1 is missing, so of the exact quotient less than 1, and less than 2 of
        // the estimate, which is cut: the rest is below twice the denominator.
        let (_, whole) = product.carrying_mul(self.reciprocal, 0);
        let rest = product - whole * self.denominator;
        if rest < self.denominator {
            (whole, rest)
        } else {
            (whole + 1, rest - self.denominator)
        }
    }

    /// `mantissa × factor`, rounded; `None` when that does not fit.
    #[inline]
    pub(super) fn of(self, mantissa: i64, mode: RoundingMode) -> Option<i64> {
        let magnitude = mantissa.unsigned_abs();
        let units = match magnitude.checked_mul(self.numerator) {
            Some(product) => {
                let (whole, rest) = self.divided(product);
                // A whole of 2^64 - 1 would need a denominator of 1, and then nothing is left over.
                whole + u64::from(goes_away(rest, self.denominator, whole, mode))
            }
            None => self.of_wide(magnitude, mode)?,
        };
        let units = i64::try_from(units).ok()?;
        Some(if mantissa < 0 { -units } else { units })
    }

    #[cold]
    fn of_wide(self, magnitude: u64, mode: RoundingMode) -> Option<u64> {
        let product = u128::from(magnitude) * u128::from(self.numerator);
        let denominator = u128::from(self.denominator);
        let whole = u64::try_from(product / denominator).ok()?;
        let rest = u64::try_from(product % denominator).ok()?;
        whole.checked_add(u64::from(goes_away(rest, self.denominator, whole, mode)))
    }
}

/// Whether a magnitude of `whole` and `rest / of` is rounded to the next unit.
#[inline]
pub(super) fn goes_away(rest: u64, of: u64, whole: u64, mode: RoundingMode) -> bool {
    let missing = of - rest;
    match mode {
        RoundingMode::HalfAway => rest >= missing,
        RoundingMode::HalfEven => rest > missing || (rest == missing && whole % 2 == 1),
        RoundingMode::Up => rest > 0,
        RoundingMode::Down => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Factor;

    #[test]
    fn products_are_divided_as_the_processor_divides_them() {
        let powers = (0..20).map(|places| 10_u64.pow(places));
        let others = [2, 3, 7, 1 << 32, 1 << 63, u64::MAX - 1, u64::MAX];
        for denominator in powers.chain(others) {
            let factor = Factor {
                numerator: 1,
                denominator,
                reciprocal: u64::MAX / denominator,
            };
            let last = u64::MAX / denominator;
            for times in [
                0,
                1,
                2,
                999,
                last / 3,
                last / 2,
                last.saturating_sub(1),
                last,
            ] {
                let multiple = times.saturating_mul(denominator);
                for around in 0..5 {
                    let product = multiple.saturating_add(around).saturating_sub(2);
                    let expected = (product / denominator, product % denominator);
                    assert_eq!(
                        factor.divided(product),
                        expected,
                        "{product} / {denominator}"
                    );
                }
            }
        }
    }
}
