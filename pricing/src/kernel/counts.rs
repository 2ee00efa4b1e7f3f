//! Every step of a plain invoice in machine words: exact, and as it is shown.

use super::factor::{RateProduct, goes_away};
use super::{Customer, Kernel, Subtotal};
use crate::document::Base;
use crate::invoice::Invoice;
use crate::policy::{LateFeeSize, Policy};
use crate::tax_codes::STANDARD;

/// 10^0 to 10^18.
const POWERS: [u64; 19] = {
    let mut powers = [1; 19];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// The amounts of the steps, all in one unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub(crate) subtotal: i64,
    pub(crate) tier_discount: i64,
    pub(crate) loyalty_discount: i64,
    pub(crate) taxable: i64,
    pub(crate) tax: i64,
    pub(crate) late_fee: i64,
    pub(crate) total: i64,
}

/// The steps of one invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// In units of `10^-scale`.
    pub(crate) exact: Amounts,
    pub(crate) scale: u32,
    /// In minor units; they add up to the total.
    pub(crate) shown: Amounts,
    /// The decimal places of the minor unit.
    pub(crate) places: u32,
}

/// What each step is of the subtotal, for one kind of customer: whole numbers over `one`.
#[derive(Clone, Copy, Debug)]
pub(super) struct StepFactors {
    places: u32,
    one: u64,
    tier_discount: u64,
    loyalty_discount: u64,
    taxable: u64,
    tax: u64,
    late_fee: u64,
    total: u64,
}

impl StepFactors {
    /// The steps under `policy`; `None` when a factor does not fit, or is no part of the subtotal.
    pub(super) fn new(
        policy: &Policy,
        tier: Option<&str>,
        is_member: bool,
        is_late: bool,
        minor_unit_places: u32,
    ) -> Option<Self> {
        let tier = tier.and_then(|tier| policy.tier_discount(tier));
        let (mut left, mut tier_part, mut loyalty_part) =
            (RateProduct::ONE, RateProduct::NONE, RateProduct::NONE);
        if let Some(tier) = tier {
            (left, tier_part) = (left.less(tier.rate)?, left.part(tier.rate)?);
        }
        if is_member {
            let loyalty = policy.loyalty;
            (left, loyalty_part) = match loyalty.base {
                Base::Running => (left.less(loyalty.rate)?, left.part(loyalty.rate)?),
                Base::Subtotal => (
                    left.less_of_subtotal(loyalty.rate)?,
                    RateProduct::ONE.part(loyalty.rate)?,
                ),
            };
        }
        let rate = policy.tax_rate(STANDARD).ok()?.rate;
        let (taxed, tax_part) = (left.plus(rate)?, left.part(rate)?);
        let late_fee = policy.late_fee.filter(|_| is_late);
        let (total, late_part) = match late_fee.map(|fee| (fee.size, fee.minimum, fee.cap)) {
            None => (taxed, RateProduct::NONE),
            Some((LateFeeSize::Rate(rate), None, None)) => (taxed.plus(rate)?, taxed.part(rate)?),
            Some(_) => return None,
        };
        let places = total.places().max(minor_unit_places);
        Some(Self {
            places,
            one: RateProduct::ONE.at(places)?,
            tier_discount: tier_part.at(places)?,
            loyalty_discount: loyalty_part.at(places)?,
            taxable: left.at(places)?,
            tax: tax_part.at(places)?,
            late_fee: late_part.at(places)?,
            total: total.at(places)?,
        })
    }

    /// Each factor times `magnitude`; `None` when one does not fit.
    #[inline]
    fn times(&self, magnitude: u64) -> Option<Amounts> {
        // No other factor is larger than these two.
        let largest = magnitude.checked_mul(self.one.max(self.total))?;
        i64::try_from(largest).ok()?;
        let times = |factor: u64| (magnitude * factor).cast_signed();
        Some(Amounts {
            subtotal: times(self.one),
            tier_discount: times(self.tier_discount),
            loyalty_discount: times(self.loyalty_discount),
            taxable: times(self.taxable),
            tax: times(self.tax),
            late_fee: times(self.late_fee),
            total: times(self.total),
        })
    }
}

impl Kernel {
    /// The steps of a plain invoice; `None` when the general path must answer.
    #[inline]
    pub(crate) fn counted(&self, invoice: &Invoice) -> Option<Counts> {
        if !self.quotes(invoice) {
            return None;
        }
        let subtotal = Self::subtotal_of(invoice)?;
        let customer = self.customer(invoice.tier(), invoice.is_loyalty_member());
        self.counts(customer, invoice.days_overdue(), subtotal)
    }

    #[inline]
    fn quotes(&self, invoice: &Invoice) -> bool {
        self.knows(invoice)
            && !self.has_cash_step
            && invoice.payable_rounding().is_none()
            // Without lines there is no tax to be named.
            && !invoice.items().is_empty()
    }

    #[inline]
    fn counts(&self, customer: Customer, days_overdue: u32, subtotal: Subtotal) -> Option<Counts> {
        let customer = self.factors.get(customer.0)?;
        let steps = if self.is_late(days_overdue, subtotal.mantissa()) {
            customer.late_steps.as_ref()?
        } else {
            customer.steps.as_ref()?
        };
        let scale = subtotal.scale() + steps.places;
        let unit = *POWERS.get((scale - self.places) as usize)?;
        let exact = steps.times(subtotal.mantissa().unsigned_abs())?;
        let shown = self.shown(&exact, unit);
        let counts = Counts {
            exact,
            scale,
            shown,
            places: self.places,
        };
        if subtotal.mantissa() >= 0 {
            return Some(counts);
        }
        // A credit mirrors the charge, but what rounds to nothing is on neither side.
        (shown.total != 0).then(|| Counts {
            exact: exact.negated(),
            shown: shown.negated(),
            ..counts
        })
    }

    /// The amounts in minor units, by largest remainder so that they give the rounded total.
    #[inline]
    fn shown(&self, exact: &Amounts, unit: u64) -> Amounts {
        let above = |amount: i64| {
            let amount = amount.cast_unsigned();
            ((amount / unit).cast_signed(), amount % unit)
        };
        let below = |amount: i64| match above(amount) {
            (whole, 0) => (-whole, 0),
            (whole, rest) => (-whole - 1, unit - rest),
        };
        let (whole, rest) = above(exact.total);
        let away = goes_away(rest, unit, whole.cast_unsigned(), self.mode);
        let total = whole + i64::from(away);
        let parts = [
            above(exact.subtotal),
            below(exact.tier_discount),
            below(exact.loyalty_discount),
            above(exact.tax),
            above(exact.late_fee),
        ];
        let (mut wholes, mut rests) = (parts.map(|part| part.0), parts.map(|part| part.1));
        for _ in 0..total - wholes.iter().sum::<i64>() {
            let largest = largest(&rests);
            wholes[largest] += 1;
            // What has won is out: fewer units are left than there are remainders.
            rests[largest] = 0;
        }
        let [subtotal, tier, loyalty, tax, late_fee] = wholes;
        Amounts {
            subtotal,
            tier_discount: -tier,
            loyalty_discount: -loyalty,
            taxable: subtotal + tier + loyalty,
            tax,
            late_fee,
            total,
        }
    }
}

/// The place of the largest, the first of equals.
#[inline]
fn largest(rests: &[u64; 5]) -> usize {
    let mut largest = 0;
    for place in 1..rests.len() {
        if rests[place] > rests[largest] {
            largest = place;
        }
    }
    largest
}

impl Amounts {
    fn negated(self) -> Self {
        Self {
            subtotal: -self.subtotal,
            tier_discount: -self.tier_discount,
            loyalty_discount: -self.loyalty_discount,
            taxable: -self.taxable,
            tax: -self.tax,
            late_fee: -self.late_fee,
            total: -self.total,
        }
    }
}
