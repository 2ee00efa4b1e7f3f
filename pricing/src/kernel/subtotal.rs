//! The exact sum of unit price × quantity in one machine word.

use super::Fixed;

/// The most decimal places of a subtotal that the kernel takes.
pub const SCALE_MAX: u32 = 12;

/// Something for each scale from 0 to [`SCALE_MAX`].
///
/// Its length is a number of its own: `SCALE_MAX` can then be mistyped without a rebuild, and a
/// test holds the two together.
pub(super) type PerScale<T> = [T; 13];

/// The scale of a subtotal that does not fit, for which no factor exists.
const UNFIT: u32 = u32::MAX;

/// 10^0 to 10^12.
const POWERS: PerScale<i64> = {
    let mut powers = [1; 13];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// The exact sum of unit price × quantity, or the knowledge that it does not fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Subtotal {
    mantissa: i64,
    scale: u32,
}

impl Subtotal {
    /// The knowledge that a sum does not fit.
    pub(super) const UNFIT: Self = Self {
        mantissa: 0,
        scale: UNFIT,
    };

    /// Adds a line item. What is below zero as a price, or too long, makes the subtotal unfit for good.
    #[inline]
    pub fn add(&mut self, unit_price: Fixed, quantity: Fixed) {
        *self = self.plus(unit_price, quantity).unwrap_or(Self::UNFIT);
    }

    /// The sum of line items whose numbers have one scale each, `scale` together; `None` when it does
    /// not fit.
    #[inline]
    pub(super) fn of_columns(unit_prices: &[i64], quantities: &[i64], scale: u32) -> Option<Self> {
        let (mut mantissa, mut signs) = (0_i64, 0_i64);
        for (unit_price, quantity) in unit_prices.iter().zip(quantities) {
            signs |= unit_price;
            mantissa = mantissa.checked_add(unit_price.checked_mul(*quantity)?)?;
        }
        (signs >= 0 && scale <= SCALE_MAX).then_some(Self { mantissa, scale })
    }

    /// Whether it holds every line item that was added.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self.scale != UNFIT
    }

    #[inline]
    fn plus(self, unit_price: Fixed, quantity: Fixed) -> Option<Self> {
        if unit_price.mantissa() < 0 || !self.is_exact() {
            return None;
        }
        let amount = unit_price.mantissa().checked_mul(quantity.mantissa())?;
        let scale = unit_price.scale().checked_add(quantity.scale())?;
        if self.mantissa == 0 && scale <= SCALE_MAX {
            return Some(Self {
                mantissa: amount,
                scale,
            });
        }
        // Equal scales are not asked for: some prices have two places and some four, line by line, and a
        // branch would be guessed wrongly.
        let common = scale.max(self.scale);
        let power = |below: u32| POWERS.get((common - below) as usize);
        let sum = self.mantissa.checked_mul(*power(self.scale)?)?;
        let amount = amount.checked_mul(*power(scale)?)?;
        Some(Self {
            mantissa: sum.checked_add(amount)?,
            scale: common,
        })
    }

    /// The sum is `mantissa / 10^scale`.
    #[must_use]
    #[inline]
    pub fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// The decimal places of the mantissa; above [`SCALE_MAX`] when it is not exact.
    #[must_use]
    #[inline]
    pub fn scale(self) -> u32 {
        self.scale
    }
}
