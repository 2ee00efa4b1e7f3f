//! Exact amounts, rounded to decimal places.

use std::cmp::Ordering;

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

    /// The amount, raised to `minimum` and lowered to `cap` where they are stated.
    pub(crate) fn within(
        self,
        minimum: Option<Self>,
        cap: Option<Self>,
        step: &'static str,
    ) -> Result<Self, PricingError> {
        let raised = match minimum {
            Some(minimum) if self.compared(minimum, step)? == Ordering::Less => minimum,
            _ => self,
        };
        match cap {
            Some(cap) if raised.compared(cap, step)? == Ordering::Greater => Ok(cap),
            _ => Ok(raised),
        }
    }
}
