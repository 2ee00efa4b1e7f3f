//! Largest remainder: shown amounts that add up to a rounded total, each within one unit of exact.

use std::cmp::Reverse;

use crate::error::PricingError;
use crate::money::Money;

/// Rounds each of `parts` to `places` so that together they give `total`, the rounded sum of the
/// exact parts: all are rounded down, then those with the largest remainders get one unit more,
/// ties to the first. A part that is exact in minor units stays as it is.
pub(crate) fn reconcile(
    parts: &[Money],
    total: Money,
    places: u32,
) -> Result<Vec<Money>, PricingError> {
    on_common_scale(parts, total, places)
        .or_else(|| {
            let normalized: Vec<Money> = parts.iter().map(|part| part.normalized()).collect();
            on_common_scale(&normalized, total, places)
        })
        .ok_or(PricingError::StepTooLong {
            step: "shown amounts",
        })
}

fn on_common_scale(parts: &[Money], total: Money, places: u32) -> Option<Vec<Money>> {
    let scale = Money::widest_scale(parts.iter().copied()).max(places);
    let unit = 10_i128.checked_pow(scale - places)?;
    let mut shown = Vec::with_capacity(parts.len());
    let mut remainders = Vec::with_capacity(parts.len());
    for part in parts {
        let mantissa = part.mantissa_at(scale)?;
        shown.push(mantissa.div_euclid(unit));
        remainders.push(mantissa.rem_euclid(unit));
    }
    let missing = shown
        .iter()
        .try_fold(total.mantissa_at(places)?, |rest, units| {
            rest.checked_sub(*units)
        })?;
    let mut by_remainder: Vec<usize> = (0..parts.len()).collect();
    // The sort is stable, so ties go to the first.
    by_remainder.sort_by_key(|&index| Reverse(remainders[index]));
    for &index in by_remainder.iter().take(usize::try_from(missing).ok()?) {
        shown[index] += 1;
    }
    shown
        .into_iter()
        .map(|units| Money::fitting(units, places))
        .collect()
}

#[cfg(test)]
mod tests;
