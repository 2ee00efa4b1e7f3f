//! The amounts of a document by their tax codes, through its discounts and charges.

use super::lines::capped;
use crate::adjustment::Size;
use crate::allocation::reconcile;
use crate::document::Base;
use crate::error::PricingError;
use crate::invoice::LineItem;
use crate::money::Money;
use crate::policy::Overdiscount;
use crate::rounding::{Derived, Precision};
use crate::tax_codes::TaxCodes;

/// What bears the same taxes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TaxBase<'a> {
    pub(crate) codes: &'a TaxCodes,
    /// Before the document's discounts and charges.
    subtotal: Money,
    /// After those that are applied so far.
    pub(crate) running: Money,
}

/// The whole document, divided by tax codes in the order of their first line.
#[derive(Clone, Debug)]
pub(crate) struct TaxBases<'a> {
    pub(crate) bases: Vec<TaxBase<'a>>,
    pub(crate) subtotal: Money,
    pub(crate) running: Money,
    precision: Precision,
    overdiscount: Overdiscount,
}

static STANDARD_CODES: TaxCodes = TaxCodes::STANDARD_ONLY;

impl<'a> TaxBases<'a> {
    /// The line items with their nets.
    pub(crate) fn of_lines(
        items: &'a [LineItem],
        nets: &[Money],
        precision: Precision,
        overdiscount: Overdiscount,
    ) -> Result<Self, PricingError> {
        let subtotal = Money::sum(nets.iter().copied(), "subtotal")?;
        let mut bases: Vec<TaxBase> = Vec::with_capacity(1);
        for item in items {
            let codes = item.tax();
            if bases.iter().any(|base| base.codes == codes) {
                continue;
            }
            let lines = || items.iter().zip(nets);
            let bears_them = |item: &LineItem| item.tax() == codes;
            let subtotal = if lines().all(|(item, _)| bears_them(item)) {
                subtotal
            } else {
                let of_codes = lines().filter(|(item, _)| bears_them(item));
                Money::sum(of_codes.map(|(_, net)| *net), "subtotal")?
            };
            bases.push(TaxBase {
                codes,
                subtotal,
                running: subtotal,
            });
        }
        Ok(Self {
            bases,
            subtotal,
            running: subtotal,
            precision,
            overdiscount,
        })
    }

    /// Whether some amount bears several taxes.
    pub(crate) fn overlap(&self) -> bool {
        let bears_several = |base: &TaxBase| base.codes.codes().nth(1).is_some();
        self.bases.iter().any(bears_several)
    }

    /// Takes a discount off the document, or off its part with the `codes`.
    pub(crate) fn discount(
        &mut self,
        size: Size,
        codes: Option<&'a TaxCodes>,
        step: &'static str,
    ) -> Result<Derived, PricingError> {
        if size.is_nothing() {
            return Ok(Derived::ZERO);
        }
        let exact = size.exact(self.subtotal, self.running, step)?;
        let asked = self.precision.carry(exact, step)?;
        let taken = capped(asked, self.running, self.overdiscount)?;
        let weights = match size {
            Size::Rate(_, base) if !taken.capped => base,
            _ => Base::Running,
        };
        self.apply(taken.carried, Money::negated, weights, codes, step)?;
        Ok(taken)
    }

    /// Adds a charge to the document, or to its part with the `codes`.
    pub(crate) fn charge(
        &mut self,
        size: Size,
        codes: Option<&'a TaxCodes>,
    ) -> Result<Derived, PricingError> {
        let step = "charge";
        let exact = size.exact(self.subtotal, self.running, step)?;
        let added = self.precision.carry(exact, step)?;
        let weights = match size {
            Size::Rate(_, base) => base,
            Size::Amount(_) => Base::Running,
        };
        self.apply(added.carried, |share| share, weights, codes, step)?;
        Ok(added)
    }

    /// Adds `signed(amount)` to the part with the `codes`, or its shares to all parts.
    fn apply(
        &mut self,
        amount: Money,
        signed: impl Fn(Money) -> Money,
        weights: Base,
        codes: Option<&'a TaxCodes>,
        step: &'static str,
    ) -> Result<(), PricingError> {
        let only = self
            .bases
            .first()
            .map_or(&STANDARD_CODES, |base| base.codes);
        if codes.is_none() && self.bases.len() > 1 {
            let shares = self.shares(amount, weights, step)?;
            for (base, share) in self.bases.iter_mut().zip(shares) {
                base.running = base.running.plus(signed(share), step)?;
            }
        } else {
            let base = self.base_of(codes.unwrap_or(only));
            base.running = base.running.plus(signed(amount), step)?;
        }
        self.running = match self.bases.as_slice() {
            [only] => only.running,
            _ => self.running.plus(signed(amount), step)?,
        };
        Ok(())
    }

    fn base_of(&mut self, codes: &'a TaxCodes) -> &mut TaxBase<'a> {
        let place = self.bases.iter().position(|base| base.codes == codes);
        let place = place.unwrap_or_else(|| {
            self.bases.push(TaxBase {
                codes,
                subtotal: Money::ZERO,
                running: Money::ZERO,
            });
            self.bases.len() - 1
        });
        &mut self.bases[place]
    }

    /// The shares of `amount`: exact where amounts are carried exactly, otherwise by largest
    /// remainder in the unit in which they are carried.
    fn shares(
        &self,
        amount: Money,
        weights: Base,
        step: &'static str,
    ) -> Result<Vec<Money>, PricingError> {
        let (whole, weight): (_, fn(&TaxBase) -> Money) = match weights {
            Base::Subtotal => (self.subtotal, |base| base.subtotal),
            Base::Running => (self.running, |base| base.running),
        };
        if whole.is_zero() {
            // Nothing to be in proportion to: the first takes it all.
            let mut shares = vec![Money::ZERO; self.bases.len()];
            shares[0] = amount;
            return Ok(shares);
        }
        let part = amount.divided_by(whole, step)?;
        let shares = self.bases.iter().map(|base| part.times(weight(base), step));
        let shares: Vec<Money> = shares.collect::<Result<_, _>>()?;
        match self.precision.carried_places() {
            Some(places) => reconcile(&shares, amount, places),
            None => Ok(shares),
        }
    }
}
