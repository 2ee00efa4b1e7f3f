//! The amounts of a document by their tax codes, through its discounts and charges.

use super::lines::capped;
use crate::adjustment::Size;
use crate::allocation::split;
use crate::document::Base;
use crate::error::PricingError;
use crate::invoice::LineItem;
use crate::money::Money;
use crate::policy::Overdiscount;
use crate::rounding::{Derived, Precision};
use crate::tax_codes::{STANDARD_CODES, TaxCodes};

/// What bears the same taxes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TaxBase<'a> {
    pub(crate) codes: &'a TaxCodes,
    /// Before the document's discounts and charges.
    pub(super) subtotal: Money,
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
        let size = if taken.capped { None } else { Some(size) };
        self.apply(taken.carried, Money::negated, size, codes, step)?;
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
        self.apply(added.carried, |share| share, Some(size), codes, step)?;
        Ok(added)
    }

    /// Adds `signed(amount)` to the part with the `codes`, or its shares to all parts.
    fn apply(
        &mut self,
        amount: Money,
        signed: impl Fn(Money) -> Money,
        size: Option<Size>,
        codes: Option<&'a TaxCodes>,
        step: &'static str,
    ) -> Result<(), PricingError> {
        if amount.is_zero() {
            return Ok(());
        }
        let only = self
            .bases
            .first()
            .map_or(&STANDARD_CODES, |base| base.codes);
        if codes.is_none() && self.bases.len() > 1 {
            let shares = self.shares(amount, size, step)?;
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

    /// The shares of `amount`, in proportion to what its rate is taken of, otherwise to what is left, or
    /// to what stood there first when nothing is left. Without a size it is all that is left, also of
    /// each part.
    ///
    /// They are exact where a rate is carried exactly. All others are by largest remainder, in the
    /// unit in which amounts are carried; a fixed amount that is carried exactly is split in minor
    /// units, because its exact parts would be fractions that no decimal holds.
    fn shares(
        &self,
        amount: Money,
        size: Option<Size>,
        step: &'static str,
    ) -> Result<Vec<Money>, PricingError> {
        let Some(size) = size else {
            return Ok(self.bases.iter().map(|base| base.running).collect());
        };
        let by_subtotal = matches!(size, Size::Rate(_, Base::Subtotal));
        let nothing_left = self.running.is_zero();
        let (whole, weight): (_, fn(&TaxBase) -> Money) = if by_subtotal || nothing_left {
            (self.subtotal, |base| base.subtotal)
        } else {
            (self.running, |base| base.running)
        };
        let weights = self.bases.iter().map(weight);
        let carried_places = self.precision.carried_places();
        if let (Size::Rate(rate, _), None) = (size, carried_places) {
            let shares = weights.map(|weight| weight.times(rate.as_factor(), step));
            return shares.collect();
        }
        if whole.is_zero() {
            // Nothing to be in proportion to: the first takes it all.
            let mut shares = vec![Money::ZERO; self.bases.len()];
            shares[0] = amount;
            return Ok(shares);
        }
        let weights: Vec<Money> = weights.collect();
        let finest = amount.decimal_places().max(self.precision.places);
        split(amount, &weights, carried_places.unwrap_or(finest))
    }
}
