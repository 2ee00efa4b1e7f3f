//! The steps from the lines' nets to the total; each is derived from those above it.

use super::PricingEngine;
use super::lines::each;
use super::shares::Applied;
use super::tax_bases::TaxBases;
use super::taxes::{TaxAmount, taxes};
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::money::Money;
use crate::rounding::{Derived, Precision};
use crate::{late_fee, loyalty, tier};

/// Who wants to see what each discount and charge leaves of the document; a trace does.
pub(crate) trait Watch {
    /// What is left after `applied`.
    fn applied(&mut self, applied: Applied, left: &TaxBases);
}

impl Watch for () {
    fn applied(&mut self, _: Applied, _: &TaxBases) {}
}

/// The amounts of every step, exact and as they are carried on.
#[derive(Clone, Debug)]
pub(crate) struct Steps<'p> {
    pub(crate) precision: Precision,
    pub(crate) prices_include_tax: bool,
    pub(crate) subtotal: Money,
    pub(crate) tier_discount: Derived,
    pub(crate) loyalty_discount: Derived,
    pub(crate) discounts: Vec<Derived>,
    pub(crate) charges: Vec<Derived>,
    /// What is left, without tax.
    pub(crate) taxable: Money,
    pub(crate) taxes: Vec<TaxAmount<'p>>,
    pub(crate) tax: Money,
    /// Whether some amount bears several taxes, so that their bases overlap.
    pub(crate) bases_overlap: bool,
    pub(crate) prepaid: Money,
    /// What the late fee is taken of.
    pub(crate) outstanding: Money,
    pub(crate) late_fee: Derived,
    pub(crate) total: Money,
}

impl Steps<'_> {
    /// Whether prepayments have left nothing to take a late fee of.
    pub(crate) fn nothing_outstanding(&self) -> bool {
        let owes = !self.outstanding.is_negative() && !self.outstanding.is_zero();
        !owes && !self.prepaid.is_zero()
    }
}

impl PricingEngine {
    /// The steps of `invoice`, whose lines have these `nets`.
    pub(super) fn steps(
        &self,
        invoice: &Invoice,
        nets: &[Money],
        precision: Precision,
        watch: &mut impl Watch,
    ) -> Result<Steps<'_>, PricingError> {
        let policy = &self.policy;
        let mut bases = TaxBases::of_lines(invoice.items(), nets, precision, policy.overdiscount)?;
        let subtotal = bases.subtotal;
        let tier = tier::tier_discount(policy, invoice.tier());
        let tier_discount = bases.discount(tier, None, "tier discount")?;
        watch.applied(Applied::TierDiscount, &bases);
        let loyalty = loyalty::loyalty_discount(policy, invoice.is_loyalty_member());
        let loyalty_discount = bases.discount(loyalty, None, "loyalty discount")?;
        watch.applied(Applied::LoyaltyDiscount, &bases);
        let discounts = each(invoice.discounts(), |index, discount| {
            let taken = bases.discount(discount.size, discount.tax(), "discount")?;
            watch.applied(Applied::Discount(index), &bases);
            Ok(taken)
        })?;
        let charges = each(invoice.charges(), |index, charge| {
            let added = bases.charge(charge.size, charge.tax())?;
            watch.applied(Applied::Charge(index), &bases);
            Ok(added)
        })?;
        let prices_include_tax = invoice
            .prices_include_tax()
            .unwrap_or(policy.prices_include_tax);
        let taxes = taxes(&bases, prices_include_tax, policy, precision)?;
        let tax = Money::sum(taxes.iter().map(|tax| tax.amount.carried), "tax")?;
        let (taxable, after_tax) = if prices_include_tax {
            (bases.running.minus(tax, "tax")?, bases.running)
        } else {
            (bases.running, bases.running.plus(tax, "tax")?)
        };
        let prepaid = prepaid(invoice, precision)?;
        let outstanding = after_tax.minus(prepaid, "prepayments")?;
        let late_fee = self.late_fee(outstanding, invoice.days_overdue(), precision)?;
        Ok(Steps {
            total: after_tax.plus(late_fee.carried, "late fee")?,
            precision,
            prices_include_tax,
            subtotal,
            tier_discount,
            loyalty_discount,
            discounts,
            charges,
            taxable,
            taxes,
            tax,
            bases_overlap: bases.overlap(),
            prepaid,
            outstanding,
            late_fee,
        })
    }

    fn late_fee(
        &self,
        outstanding: Money,
        days_overdue: u32,
        precision: Precision,
    ) -> Result<Derived, PricingError> {
        match &self.policy.late_fee {
            // Who owes nothing is not late.
            Some(rule) if !outstanding.is_negative() && !outstanding.is_zero() => {
                let fee = late_fee::late_fee(outstanding, days_overdue, rule)?;
                precision.carry(fee, "late fee")
            }
            _ => Ok(Derived::ZERO),
        }
    }
}

/// The prepayments, each in minor units: nothing finer was ever paid.
fn prepaid(invoice: &Invoice, precision: Precision) -> Result<Money, PricingError> {
    let step = "prepayments";
    let paid = invoice.prepayments().iter();
    let paid: Vec<Money> = paid
        .map(|prepayment| precision.to_minor_units(prepayment.amount.into(), step))
        .collect::<Result<_, _>>()?;
    Money::sum(paid.into_iter(), step)
}
