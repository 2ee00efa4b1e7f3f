//! How discounts and charges of a document fall on its tax codes.

use rust_decimal::Decimal;

use super::{PricingEngine, TaxBases, Watch};
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::money::Money;
use crate::tax_codes::TaxCodes;

/// A discount or charge of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Applied {
    /// What the tier takes off.
    TierDiscount,
    /// What membership takes off.
    LoyaltyDiscount,
    /// The document's own discount at this place, from 0.
    Discount(usize),
    /// The document's charge at this place, from 0.
    Charge(usize),
}

/// What a discount or charge changed for the lines with the same tax codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxShare {
    /// The discount or charge.
    pub of: Applied,
    /// The tax codes.
    pub codes: TaxCodes,
    /// The share as it is carried on: in minor units where amounts are rounded when they are shown.
    pub amount: Decimal,
}

#[derive(Debug, Default)]
struct Shares {
    before: Vec<(TaxCodes, Money)>,
    changes: Vec<(Applied, TaxCodes, Money, Money)>,
}

impl Watch for Shares {
    fn applied(&mut self, applied: Applied, left: &TaxBases) {
        for base in &left.bases {
            let known = self
                .before
                .iter_mut()
                .find(|(codes, _)| codes == base.codes);
            let codes = base.codes.clone();
            let before = known.as_ref().map_or(base.subtotal, |(_, before)| *before);
            self.changes
                .push((applied, codes.clone(), before, base.running));
            if let Some((_, before)) = known {
                *before = base.running;
            } else {
                self.before.push((codes, base.running));
            }
        }
    }
}

impl PricingEngine {
    /// The shares of every discount and charge of `invoice`, in the order in which they apply;
    /// those of nothing are left out.
    pub fn tax_shares(&self, invoice: &Invoice) -> Result<Vec<TaxShare>, PricingError> {
        let step = "shares";
        let mut shares = Shares::default();
        let places = self
            .quote_watched(invoice, &mut shares)?
            .steps
            .precision
            .places;
        let mut found = Vec::new();
        for (of, codes, before, after) in shares.changes {
            let change = match of {
                Applied::Charge(_) => after.minus(before, step)?,
                _ => before.minus(after, step)?,
            };
            if !change.is_zero() {
                let amount = change.to_shown(places, step)?;
                found.push(TaxShare { of, codes, amount });
            }
        }
        Ok(found)
    }
}
