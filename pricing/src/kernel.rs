//! The kernel: a policy compiled into one fraction per kind of customer, so that a total is a sum of
//! integers, one multiplication and one rounding.
//!
//! Under rates alone every step is a part of the subtotal, so the total is the subtotal times
//! `(1 - tier) × (1 - loyalty) × (1 + tax) × (1 + late fee)`, rounded once. The kernel answers only
//! where the general path would give the very same answer, and otherwise `None`: for wide amounts,
//! several taxes, discounts and charges of lines or documents, prices that include tax, prepayments,
//! fixed or bounded late fees, and where a policy rounds more than once.

use crate::currency::Currency;
use crate::document::Base;
use crate::invoice::Invoice;
use crate::policy::{LateFeeSize, MINOR_UNIT_PLACES, Policy};
use crate::rounding::{RoundingMode, RoundingRule};
use crate::tax_codes::STANDARD;

mod columns;
mod counts;
mod factor;
mod fixed;
mod subtotal;
mod tiers;

pub use columns::{Columns, FixedColumn};
pub(crate) use counts::Counts;
use counts::StepFactors;
use factor::{Factor, Factors, RateProduct};
pub use fixed::Fixed;
pub(crate) use fixed::decimal;
pub use subtotal::{SCALE_MAX, Subtotal};
use tiers::Tiers;

/// A policy compiled into integers; see [`PricingEngine::kernel`](crate::PricingEngine::kernel).
///
/// ```
/// use pricing::PricingEngine;
/// use pricing::kernel::{Fixed, Subtotal};
///
/// let kernel = PricingEngine::standard().kernel().ok_or("the standard policy has a kernel")?;
/// let mut subtotal = Subtotal::default();
/// subtotal.add(Fixed::new(4000, 2), Fixed::new(3, 0));
/// subtotal.add(Fixed::new(15, 0), Fixed::new(2, 0));
/// let gold_member = kernel.customer("gold", true);
/// assert_eq!(kernel.total(gold_member, 45, subtotal), Some(141_69));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug)]
pub struct Kernel {
    tiers: Tiers,
    /// By customer; those of unlisted tiers come last.
    factors: Vec<CustomerFactors>,
    /// The late fee is due strictly after so many days; `None` when there is none.
    late_after_days: Option<u32>,
    mode: RoundingMode,
    currency: Option<Currency>,
    has_amounts: bool,
    has_cash_step: bool,
    places: u32,
}

/// A kind of customer: a tier, and whether it is a loyalty member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Customer(usize);

#[derive(Clone, Debug)]
struct CustomerFactors {
    in_time: Factors,
    late: Factors,
    /// For quotes; `None` where a step does not fit.
    steps: Option<StepFactors>,
    late_steps: Option<StepFactors>,
}

impl Kernel {
    /// The kernel of `policy`; `None` when its totals are not one part of the subtotal.
    pub(crate) fn of_policy(policy: &Policy) -> Option<Self> {
        let rounds_once = policy.rounding.rule == RoundingRule::Total;
        if !rounds_once || policy.prices_include_tax {
            return None;
        }
        let places = policy
            .currency
            .map_or(MINOR_UNIT_PLACES, Currency::minor_unit_places);
        let names = policy.tiers.iter().map(|tier| tier.tier.as_str());
        let listed = names.clone().map(Some);
        let customers = listed
            .chain([None])
            .flat_map(|tier| [(tier, false), (tier, true)]);
        let factors = customers
            .map(|(tier, is_member)| CustomerFactors::new(policy, tier, is_member, places));
        Some(Self {
            factors: factors.collect::<Option<_>>()?,
            tiers: Tiers::new(names),
            late_after_days: policy.late_fee.map(|fee| fee.after_days),
            mode: policy.rounding.mode,
            currency: policy.currency,
            has_amounts: policy.has_amounts(),
            has_cash_step: policy.cash_step.is_some(),
            places,
        })
    }

    /// The decimal places of the minor unit in which totals are given.
    #[must_use]
    pub fn places(&self) -> u32 {
        self.places
    }

    /// The kind of a customer of this tier, a text or its bytes; a tier that is not listed earns no
    /// discount.
    #[must_use]
    #[inline]
    pub fn customer(&self, tier: impl AsRef<[u8]>, is_loyalty_member: bool) -> Customer {
        let tier = self.tiers.place(tier.as_ref());
        Customer(tier * 2 + usize::from(is_loyalty_member))
    }

    /// The total in minor units; `None` when the general path must answer.
    #[must_use]
    #[inline]
    pub fn total(&self, customer: Customer, days_overdue: u32, subtotal: Subtotal) -> Option<i64> {
        let customer = self.factors.get(customer.0)?;
        let factors = if self.is_late(days_overdue, subtotal.mantissa()) {
            &customer.late
        } else {
            &customer.in_time
        };
        factors
            .at(subtotal.scale())?
            .of(subtotal.mantissa(), self.mode)
    }

    /// The factors of each kind of customer for subtotals of one scale: in time, and late.
    fn factors_at(&self, scale: u32) -> Vec<[Option<Factor>; 2]> {
        let factors = self.factors.iter();
        let at = |of: &CustomerFactors| [of.in_time.at(scale), of.late.at(scale)];
        factors.map(at).collect()
    }

    #[inline]
    fn is_late(&self, days_overdue: u32, subtotal: i64) -> bool {
        let after = self.late_after_days;
        // Who owes nothing is not late.
        after.is_some_and(|after| days_overdue > after) && subtotal > 0
    }

    /// The total of a plain invoice in minor units; `None` when the general path must answer.
    #[inline]
    pub(crate) fn invoice_units(&self, invoice: &Invoice) -> Option<i64> {
        if !self.knows(invoice) {
            return None;
        }
        let subtotal = Self::subtotal_of(invoice)?;
        let customer = self.customer(invoice.tier(), invoice.is_loyalty_member());
        self.total(customer, invoice.days_overdue(), subtotal)
    }

    /// The sum of the lines, when they fit.
    #[inline]
    fn subtotal_of(invoice: &Invoice) -> Option<Subtotal> {
        let mut subtotal = Subtotal::default();
        for item in invoice.items() {
            let unit_price = Fixed::try_from(item.unit_price()).ok()?;
            subtotal.add(unit_price, Fixed::try_from(item.quantity()).ok()?);
        }
        subtotal.is_exact().then_some(subtotal)
    }

    #[inline]
    fn knows(&self, invoice: &Invoice) -> bool {
        let same_units = invoice.currency().is_none_or(|currency| {
            let has_places = currency.minor_unit_places() == self.places;
            Some(currency) == self.currency || (has_places && !self.has_amounts)
        });
        same_units && invoice.prices_include_tax() != Some(true) && invoice.is_plain()
    }
}

impl CustomerFactors {
    fn new(policy: &Policy, tier: Option<&str>, is_member: bool, places: u32) -> Option<Self> {
        let listed = tier;
        let tier = tier.and_then(|tier| policy.tier_discount(tier));
        let mut parts = RateProduct::ONE;
        if let Some(tier) = tier {
            // Nothing is taken off before it, so its base is the subtotal either way.
            parts = parts.less(tier.rate)?;
        }
        if is_member {
            let loyalty = policy.loyalty;
            parts = match loyalty.base {
                Base::Running => parts.less(loyalty.rate)?,
                Base::Subtotal => parts.less_of_subtotal(loyalty.rate)?,
            };
        }
        let taxed = parts.plus(policy.tax_rate(STANDARD).ok()?.rate)?;
        let late = match policy.late_fee {
            None => Some(taxed),
            Some(fee) => match fee.size {
                LateFeeSize::Rate(rate) if fee.minimum.is_none() && fee.cap.is_none() => {
                    taxed.plus(rate)
                }
                _ => None,
            },
        };
        Some(Self {
            steps: StepFactors::new(policy, listed, is_member, false, places),
            late_steps: StepFactors::new(policy, listed, is_member, true, places),
            in_time: Factors::new(taxed, places),
            late: late.map_or(Factors::NONE, |late| Factors::new(late, places)),
        })
    }
}

#[cfg(test)]
mod tests;
