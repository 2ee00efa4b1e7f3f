//! A second independent oracle: real invoices under each rounding rule, computed with exact fractions.
//!
//! It reads the raw document and the raw policy, and shares nothing with `pricing` but their shapes.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use pricing::policy::{Overdiscount, RawPolicy};
use pricing::{
    Base, RawAdjustment, RawDocument, RawDocumentLine, RoundingMode, RoundingRule, TaxCodes,
};
use rust_decimal::Decimal;

use crate::oracle::fraction;

type Amount = BigRational;

/// What comes out: the tax and the total, the total in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The sum of the taxes as they are carried.
    pub tax: Amount,
    /// The total.
    pub total: Amount,
}

struct Oracle<'a> {
    policy: &'a RawPolicy,
    places: u32,
    /// The parts of the document: codes, what stood there first, what is left.
    parts: Vec<(TaxCodes, Amount, Amount)>,
}

/// Prices `document` under `policy`.
#[must_use]
pub fn expected(document: &RawDocument, policy: &RawPolicy) -> Expected {
    let places = policy
        .currency
        .map_or(2, pricing::Currency::minor_unit_places);
    let mut oracle = Oracle {
        policy,
        places,
        parts: Vec::new(),
    };
    for line in &document.items {
        let net = oracle.line_net(line);
        match oracle
            .parts
            .iter_mut()
            .find(|(codes, ..)| *codes == line.tax)
        {
            Some((_, first, left)) => {
                *first += &net;
                *left += &net;
            }
            None => oracle.parts.push((line.tax.clone(), net.clone(), net)),
        }
    }
    oracle.price(document)
}

impl Oracle<'_> {
    fn price(&mut self, document: &RawDocument) -> Expected {
        let policy = self.policy;
        for tier in policy
            .tiers
            .iter()
            .filter(|listed| listed.tier == document.tier)
        {
            self.discount(&rate_of(tier.rate.fraction(), tier.base));
        }
        for loyalty in policy.loyalty.iter().filter(|_| document.loyalty_member) {
            self.discount(&rate_of(loyalty.rate.fraction(), loyalty.base));
        }
        in_order(&document.discounts).for_each(|discount| self.discount(discount));
        in_order(&document.charges).for_each(|charge| self.charge(charge));
        let included = document
            .prices_include_tax
            .unwrap_or(policy.prices_include_tax);
        let tax = self.tax(included);
        let gross = self.left()
            + if included {
                Amount::zero()
            } else {
                tax.clone()
            };
        let paid: Amount = document
            .prepayments
            .iter()
            .map(|paid| self.rounded(&fraction(paid.amount), self.places))
            .sum();
        let fee = self.late_fee(&(&gross - paid), document.days_overdue);
        let total = self.rounded(&(gross + fee), self.places);
        Expected { tax, total }
    }

    fn line_net(&self, line: &RawDocumentLine) -> Amount {
        let gross = self.carried(&(fraction(line.unit_price) * fraction(line.quantity)));
        let mut net = gross.clone();
        for discount in in_order(&line.discounts) {
            let taken = self.carried(&size(discount, &gross, &net));
            net -= self.held(taken, &net);
        }
        for charge in in_order(&line.charges) {
            net += self.carried(&size(charge, &gross, &net));
        }
        net
    }

    fn first(&self) -> Amount {
        self.parts.iter().map(|(_, first, _)| first).sum()
    }

    fn left(&self) -> Amount {
        self.parts.iter().map(|(.., left)| left).sum()
    }

    fn discount(&mut self, discount: &RawAdjustment) {
        let asked = self.carried(&size(discount, &self.first(), &self.left()));
        if asked.is_zero()
            && discount.amount.is_none_or(|amount| amount.is_zero())
            && is_nothing(discount)
        {
            return;
        }
        let limit = self.left();
        let taken = self.held(asked.clone(), &limit);
        let as_asked = taken == asked;
        self.apply(&taken, -1, discount, as_asked);
    }

    fn charge(&mut self, charge: &RawAdjustment) {
        let added = self.carried(&size(charge, &self.first(), &self.left()));
        self.apply(&added, 1, charge, true);
    }

    fn apply(&mut self, amount: &Amount, sign: i64, adjustment: &RawAdjustment, as_asked: bool) {
        if amount.is_zero() {
            return;
        }
        let sign = Amount::from_integer(sign.into());
        let only = match (&adjustment.tax, self.parts.as_slice()) {
            (None, []) => Some(TaxCodes::default()),
            (Some(codes), _) | (None, [(codes, ..)]) => Some(codes.clone()),
            (None, _) => None,
        };
        let Some(codes) = only else {
            let shares = self.shares(amount, adjustment, as_asked);
            for ((.., left), share) in self.parts.iter_mut().zip(shares) {
                *left += share * &sign;
            }
            return;
        };
        if !self.parts.iter().any(|(other, ..)| *other == codes) {
            self.parts
                .push((codes.clone(), Amount::zero(), Amount::zero()));
        }
        for (_, _, left) in self.parts.iter_mut().filter(|(other, ..)| *other == codes) {
            *left += amount * &sign;
        }
    }

    fn shares(&self, amount: &Amount, adjustment: &RawAdjustment, as_asked: bool) -> Vec<Amount> {
        if !as_asked {
            // It takes all that is left.
            return self.parts.iter().map(|(.., left)| left.clone()).collect();
        }
        let by_first = adjustment.rate.is_some() && adjustment.base == Base::Subtotal;
        let exact_rate = adjustment
            .rate
            .filter(|_| self.policy.rounding.rule == RoundingRule::Total);
        let nothing_left = self.left().is_zero() && !amount.is_zero();
        let weights: Vec<&Amount> = self
            .parts
            .iter()
            .map(|(_, first, left)| {
                if by_first || nothing_left {
                    first
                } else {
                    left
                }
            })
            .collect();
        if let Some(rate) = exact_rate {
            return weights
                .into_iter()
                .map(|weight| weight * fraction(rate))
                .collect();
        }
        let whole: Amount = weights.iter().copied().sum();
        let mut exact: Vec<Amount> = vec![Amount::zero(); weights.len()];
        if whole.is_zero() {
            exact[0] = amount.clone();
            return exact;
        }
        exact = weights
            .into_iter()
            .map(|weight| weight * amount / &whole)
            .collect();
        let unit = match self.policy.rounding.rule {
            RoundingRule::ShownAmounts => unit(self.places),
            RoundingRule::Precise => unit(self.places + 2),
            // As fine as the amount itself is written.
            RoundingRule::Total => (self.places..60)
                .map(unit)
                .find(|unit| (amount / unit).is_integer())
                .unwrap_or_else(Amount::zero),
        };
        largest_remainder(&exact, amount, &unit)
    }

    fn tax(&self, included: bool) -> Amount {
        let rate = |code: &str| {
            let listed = self.policy.taxes.iter().find(|tax| tax.code == code);
            listed
                .and_then(|tax| tax.rate)
                .map_or(Amount::zero(), |rate| fraction(rate.fraction()))
        };
        let mut by_code: Vec<(String, Amount)> = Vec::new();
        for (codes, _, left) in &self.parts {
            let together: Amount = codes.codes().map(rate).sum();
            let with_tax = if included {
                together + Amount::from_integer(1.into())
            } else {
                Amount::from_integer(1.into())
            };
            for code in codes.codes() {
                let tax = left * rate(code) / &with_tax;
                match by_code.iter_mut().find(|(other, _)| other == code) {
                    Some((_, sum)) => *sum += tax,
                    None => by_code.push((code.to_owned(), tax)),
                }
            }
        }
        by_code.iter().map(|(_, tax)| self.carried(tax)).sum()
    }

    fn late_fee(&self, outstanding: &Amount, days_overdue: i64) -> Amount {
        let Some(rule) = self
            .policy
            .late_fee
            .as_ref()
            .filter(|rule| days_overdue > rule.after_days.into())
        else {
            return Amount::zero();
        };
        if !outstanding.is_positive() {
            return Amount::zero();
        }
        let fixed = rule.amount.map_or(Amount::zero(), fraction);
        let mut fee = rule
            .rate
            .map_or(fixed, |rate| outstanding * fraction(rate.fraction()));
        if let Some(minimum) = rule.minimum {
            fee = fee.max(fraction(minimum));
        }
        if let Some(cap) = rule.cap {
            fee = fee.min(fraction(cap));
        }
        self.carried(&fee)
    }

    /// A discount, held to what is left unless the policy allows more.
    fn held(&self, discount: Amount, left: &Amount) -> Amount {
        let zero = Amount::zero();
        match (self.policy.overdiscount, discount.is_negative()) {
            (Overdiscount::Allowed, _) => discount,
            (Overdiscount::Capped, false) => discount.min(left.clone().max(zero)),
            (Overdiscount::Capped, true) => discount.max(left.clone().min(zero)),
        }
    }

    fn carried(&self, amount: &Amount) -> Amount {
        match self.policy.rounding.rule {
            RoundingRule::Total => amount.clone(),
            RoundingRule::ShownAmounts => self.rounded(amount, self.places),
            RoundingRule::Precise => self.rounded(amount, self.places + 2),
        }
    }

    fn rounded(&self, amount: &Amount, places: u32) -> Amount {
        let units = amount.abs() / unit(places);
        let down = units.trunc();
        let half = BigRational::new(1.into(), 2.into());
        let is_odd = !(&down / Amount::from_integer(2.into())).is_integer();
        let up = match (self.policy.rounding.mode, (&units - &down).cmp(&half)) {
            (RoundingMode::Up, _) => units != down,
            (RoundingMode::Down, _) | (_, Ordering::Less) => false,
            (_, Ordering::Greater) | (RoundingMode::HalfAway, Ordering::Equal) => true,
            (RoundingMode::HalfEven, Ordering::Equal) => is_odd,
        };
        let whole = if up {
            down + Amount::from_integer(1.into())
        } else {
            down
        };
        whole * unit(places) * amount.signum()
    }
}

fn unit(places: u32) -> Amount {
    Amount::new(1.into(), BigInt::from(10).pow(places))
}

fn rate_of(rate: Decimal, base: Base) -> RawAdjustment {
    RawAdjustment {
        rate: Some(rate),
        base,
        ..RawAdjustment::default()
    }
}

fn is_nothing(adjustment: &RawAdjustment) -> bool {
    adjustment
        .rate
        .or(adjustment.amount)
        .is_none_or(|size| size.is_zero())
}

fn in_order(adjustments: &[RawAdjustment]) -> impl Iterator<Item = &RawAdjustment> {
    let rates = adjustments
        .iter()
        .filter(|adjustment| adjustment.rate.is_some());
    rates.chain(
        adjustments
            .iter()
            .filter(|adjustment| adjustment.rate.is_none()),
    )
}

fn size(adjustment: &RawAdjustment, first: &Amount, left: &Amount) -> Amount {
    let base = if adjustment.base == Base::Subtotal {
        first
    } else {
        left
    };
    let fixed = adjustment.amount.map_or(Amount::zero(), fraction);
    adjustment.rate.map_or(fixed, |rate| base * fraction(rate))
}

/// All rounded down, the units that are missing to the largest remainders, ties to the first.
fn largest_remainder(exact: &[Amount], total: &Amount, unit: &Amount) -> Vec<Amount> {
    if total.is_negative() {
        let mirrored: Vec<Amount> = exact.iter().map(|part| -part).collect();
        let shares = largest_remainder(&mirrored, &-total, unit);
        return shares.into_iter().map(|share| -share).collect();
    }
    let mut shares: Vec<Amount> = exact
        .iter()
        .map(|part| (part / unit).floor() * unit)
        .collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|&left, &right| {
        (&exact[right] - &shares[right]).cmp(&(&exact[left] - &shares[left]))
    });
    for index in order {
        if shares.iter().sum::<Amount>() < *total {
            shares[index] += unit;
        }
    }
    shares
}
