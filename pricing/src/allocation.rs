//! Largest remainder: an amount split by weights into shares that add up to it, to the minor unit.
//!
//! All shares are rounded down; the units that are left go to the largest remainders, ties to the
//! first. So each share is within one unit of exact.
//!
//! | amount | weights | shares |
//! |---|---|---|
//! | 1.00 | 1, 1, 1 | 0.34, 0.33, 0.33 |
//! | 0.05 | 3, 7 | 0.02, 0.03 |
//! | -0.05 | 1, 1 | -0.03, -0.02 |

use std::cmp::Reverse;

use rust_decimal::Decimal;

use crate::error::PricingError;
use crate::money::{Money, power_of_ten};

/// An amount that cannot be split as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    /// The amount is finer than the unit in which it is to be split.
    #[error("{amount} is not a whole number of units of {places} decimal places (round it first)")]
    NotWhole {
        /// The amount to split.
        amount: Decimal,
        /// The unit's decimal places.
        places: u32,
    },
    /// A weight below zero.
    #[error("weight {weight} at position {position} is below zero (allowed: 0 or more)")]
    NegativeWeight {
        /// The weight.
        weight: Decimal,
        /// Its place among the weights, from 0.
        position: usize,
    },
    /// No weight is above zero, so nobody can take the amount.
    #[error("{0} cannot be split: no weight is above zero (give at least one)")]
    NoWeight(Decimal),
    /// The numbers are too long to be multiplied exactly.
    #[error(
        "{0} cannot be split exactly: with these weights it needs more than 38 digits (shorten the weights)"
    )]
    TooLong(Decimal),
}

/// Splits `amount` into shares in proportion to `weights`, in units of `places` decimal places.
///
/// The shares add up to the amount; each is within one unit of its exact part. Computed on the
/// absolute value and signed again, so the shares of a credit mirror those of the charge.
///
/// ```
/// use pricing::allocate;
/// use rust_decimal::dec;
/// let shares = allocate(dec!(10.00), &[dec!(1), dec!(1), dec!(1)], 2)?;
/// assert_eq!(shares, [dec!(3.34), dec!(3.33), dec!(3.33)]);
/// # Ok::<(), pricing::AllocationError>(())
/// ```
pub fn allocate(
    amount: Decimal,
    weights: &[Decimal],
    places: u32,
) -> Result<Vec<Decimal>, AllocationError> {
    let below_zero = weights.iter().position(|weight| *weight < Decimal::ZERO);
    if let Some(position) = below_zero {
        let weight = weights[position];
        return Err(AllocationError::NegativeWeight { weight, position });
    }
    let not_whole = AllocationError::NotWhole { amount, places };
    let magnitude = Money::from(amount.abs()).normalized();
    let units = magnitude.mantissa_at(places, 1).ok_or(not_whole)?;
    if units != 0 && weights.iter().all(Decimal::is_zero) {
        return Err(AllocationError::NoWeight(amount));
    }
    let too_long = || AllocationError::TooLong(amount);
    let shares = shares_of(units, weights).ok_or_else(too_long)?;
    let sign = if amount.is_sign_negative() { -1 } else { 1 };
    let shown = |units: i128| Decimal::try_from_i128_with_scale(sign * units, places).ok();
    shares
        .into_iter()
        .map(|units| shown(units).ok_or_else(too_long))
        .collect()
}

fn shares_of(units: i128, weights: &[Decimal]) -> Option<Vec<i128>> {
    let weights = || {
        weights
            .iter()
            .map(|&weight| Money::from(weight).normalized())
    };
    let (scale, divisor) = Money::common_unit(weights())?;
    let weights: Vec<i128> = weights()
        .map(|weight| weight.mantissa_at(scale, divisor))
        .collect::<Option<_>>()?;
    let all = weights
        .iter()
        .try_fold(0_i128, |sum, &weight| sum.checked_add(weight))?;
    let exact: Vec<i128> = weights
        .into_iter()
        .map(|weight| weight.checked_mul(units))
        .collect::<Option<_>>()?;
    largest_remainder(exact, all.max(1), units)
}

/// Rounds each of `parts` to `places` so that together they give `total`, the rounded sum of the
/// exact parts. A part that is exact in these units stays as it is.
pub(crate) fn reconcile(
    parts: &[Money],
    total: Money,
    places: u32,
) -> Result<Vec<Money>, PricingError> {
    if total.is_negative() {
        // A credit mirrors the charge: the same shares with the sign turned.
        let mirrored: Vec<Money> = parts.iter().map(|part| part.negated()).collect();
        let shown = reconcile(&mirrored, total.negated(), places)?;
        return Ok(shown.into_iter().map(Money::negated).collect());
    }
    on_common_unit(parts, total, places)
        .or_else(|| {
            let normalized: Vec<Money> = parts.iter().map(|part| part.normalized()).collect();
            on_common_unit(&normalized, total, places)
        })
        .ok_or(PricingError::StepTooLong {
            step: "shown amounts",
        })
}

fn on_common_unit(parts: &[Money], total: Money, places: u32) -> Option<Vec<Money>> {
    let (scale, divisor) = Money::common_unit(parts.iter().copied())?;
    let scale = scale.max(places);
    let unit = power_of_ten(scale - places)?.checked_mul(divisor.into())?;
    let exact: Vec<i128> = parts
        .iter()
        .map(|part| part.mantissa_at(scale, divisor))
        .collect::<Option<_>>()?;
    largest_remainder(exact, unit, total.mantissa_at(places, 1)?)?
        .into_iter()
        .map(|units| Money::of_units(units, places))
        .collect()
}

/// Whole numbers near `exact / unit` whose sum is `total`; `None` when a sum does not fit.
///
/// What is left over goes round to all, as far as it reaches, and then to the largest remainders.
fn largest_remainder(mut exact: Vec<i128>, unit: i128, total: i128) -> Option<Vec<i128>> {
    let remainders: Vec<i128> = exact.iter().map(|part| part.rem_euclid(unit)).collect();
    let mut left = total;
    for part in &mut exact {
        *part = part.div_euclid(unit);
        left = left.checked_sub(*part)?;
    }
    let count = i128::try_from(exact.len()).ok().filter(|count| *count > 0);
    let Some(count) = count else {
        return (left == 0).then_some(exact);
    };
    let (to_each, winners) = (left.div_euclid(count), left.rem_euclid(count));
    let mut by_remainder: Vec<usize> = (0..exact.len()).collect();
    // The sort is stable, so ties go to the first.
    by_remainder.sort_by_key(|&index| Reverse(remainders[index]));
    for (rank, index) in (0..).zip(by_remainder) {
        exact[index] = exact[index].checked_add(to_each + i128::from(rank < winners))?;
    }
    Some(exact)
}

#[cfg(test)]
mod tests;
