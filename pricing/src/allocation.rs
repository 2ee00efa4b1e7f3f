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

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{CheckedAdd, CheckedSub, FromPrimitive, Signed, ToPrimitive};
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
    let weights: Vec<Money> = weights.iter().map(|&weight| weight.into()).collect();
    let amount = Money::of_units(units, 0)?;
    let shares = split(amount, &weights, 0).ok()?;
    shares.iter().map(|share| share.mantissa_at(0, 1)).collect()
}

/// Shares of `amount` in proportion to `weights`, in units of `places`; the weights are not all zero
/// together. Weights of both signs are allowed, and so are shares.
pub(crate) fn split(
    amount: Money,
    weights: &[Money],
    places: u32,
) -> Result<Vec<Money>, PricingError> {
    if amount.is_negative() {
        return mirrored(split(amount.negated(), weights, places)?);
    }
    let step = "shares";
    let too_long = PricingError::StepTooLong { step };
    // Amount × weight needs up to 76 digits.
    let shares = || -> Option<Vec<Money>> {
        let normalized = weights.iter().map(|weight| weight.normalized());
        let (scale, divisor) = Money::common_unit(normalized.clone())?;
        let mantissas = normalized.map(|weight| weight.mantissa_at(scale, divisor));
        let weights: Vec<BigInt> = mantissas
            .map(|mantissa| mantissa.map(BigInt::from))
            .collect::<Option<_>>()?;
        let all: BigInt = weights.iter().sum();
        let sign = all.signum();
        let units = BigInt::from(amount.normalized().mantissa_at(places, 1)?);
        let exact = weights.into_iter().map(|weight| weight * &units * &sign);
        let shares = largest_remainder(exact.collect(), &(all * &sign), units.clone())?;
        let shares = shares.iter().map(ToPrimitive::to_i128);
        shares
            .map(|share| Money::of_units(share?, places))
            .collect()
    };
    shares().ok_or(too_long)
}

/// Rounds each of `parts` to `places` so that together they give `total`, the rounded sum of the
/// exact parts. A part that is exact in these units stays as it is.
pub(crate) fn reconcile(
    parts: &[Money],
    total: Money,
    places: u32,
) -> Result<Vec<Money>, PricingError> {
    if total.is_negative() {
        let parts: Vec<Money> = parts.iter().map(|part| part.negated()).collect();
        return mirrored(reconcile(&parts, total.negated(), places)?);
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

/// A credit mirrors the charge: the same shares with the sign turned.
#[expect(
    clippy::unnecessary_wraps,
    reason = "both callers hand on a result of this type"
)]
fn mirrored(shares: Vec<Money>) -> Result<Vec<Money>, PricingError> {
    Ok(shares.into_iter().map(Money::negated).collect())
}

fn on_common_unit(parts: &[Money], total: Money, places: u32) -> Option<Vec<Money>> {
    let (scale, divisor) = Money::common_unit(parts.iter().copied())?;
    let scale = scale.max(places);
    let unit = power_of_ten(scale - places)?.checked_mul(divisor.into())?;
    let exact: Vec<i128> = parts
        .iter()
        .map(|part| part.mantissa_at(scale, divisor))
        .collect::<Option<_>>()?;
    largest_remainder(exact, &unit, total.mantissa_at(places, 1)?)?
        .into_iter()
        .map(|units| Money::of_units(units, places))
        .collect()
}

/// Whole numbers near `exact / unit` whose sum is `total`; `None` when a sum does not fit.
///
/// What is left over goes round to all, as far as it reaches, and then to the largest remainders.
pub(crate) fn largest_remainder<N>(mut exact: Vec<N>, unit: &N, total: N) -> Option<Vec<N>>
where
    N: Integer + Clone + CheckedAdd + CheckedSub + FromPrimitive,
{
    let mut remainders = Vec::with_capacity(exact.len());
    let mut left = total;
    for part in &mut exact {
        let (whole, remainder) = part.div_mod_floor(unit);
        left = left.checked_sub(&whole)?;
        *part = whole;
        remainders.push(remainder);
    }
    let Some(count) = N::from_usize(exact.len()).filter(|count| !count.is_zero()) else {
        return left.is_zero().then_some(exact);
    };
    let (to_each, mut winners) = left.div_mod_floor(&count);
    let mut by_remainder: Vec<usize> = (0..exact.len()).collect();
    // The sort is stable, so ties go to the first.
    by_remainder.sort_by(|&left, &right| remainders[right].cmp(&remainders[left]));
    for index in by_remainder {
        exact[index] = exact[index].checked_add(&to_each)?;
        if !winners.is_zero() {
            exact[index] = exact[index].checked_add(&N::one())?;
            winners = winners - N::one();
        }
    }
    Some(exact)
}

#[cfg(test)]
mod tests;
