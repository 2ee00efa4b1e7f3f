//! Exact amounts, rounded to decimal places.

use super::{Money, power_of_ten};
use crate::error::PricingError;
use crate::rounding::RoundingMode;

impl Money {
    /// The amount rounded once to `places` decimal places: in the standard mode 2.125 → 2.13.
    pub(crate) fn rounded(
        self,
        places: u32,
        mode: RoundingMode,
        step: &'static str,
    ) -> Result<Self, PricingError> {
        if self.scale <= places && self.divisor == 1 {
            return Ok(self);
        }
        self.units_rounded(places, mode)
            .or_else(|| self.normalized().units_rounded(places, mode))
            .and_then(|units| Self::of_units(units, places))
            .ok_or(PricingError::StepTooLong { step })
    }

    fn units_rounded(self, places: u32, mode: RoundingMode) -> Option<i128> {
        let below = power_of_ten(self.scale.saturating_sub(places));
        let Some(below) = below else {
            // The mantissa has at most 39 digits, so this is less than half of one unit.
            return Some(mode.of_less_than_half(self.mantissa));
        };
        let unit = below.checked_mul(self.divisor.into())?;
        let power = power_of_ten(places.saturating_sub(self.scale))?;
        Some(mode.quotient(self.mantissa.checked_mul(power)?, unit))
    }
}
