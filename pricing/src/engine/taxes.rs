//! Taxes: once per code, on the sum of what bears it.

use super::tax_bases::{TaxBase, TaxBases};
use crate::error::PricingError;
use crate::money::Money;
use crate::policy::{Policy, TaxRate};
use crate::rounding::{Derived, Precision};
use crate::tax;

/// The tax of one code.
#[derive(Clone, Debug)]
pub(crate) struct TaxAmount<'p> {
    pub(crate) listed: &'p TaxRate,
    /// What bears it: without tax, or with it where prices include it.
    pub(crate) bearing: Money,
    /// What bears it, without any tax.
    pub(crate) net: Money,
    pub(crate) amount: Derived,
}

/// The taxes on `bases`, in the order of the codes' first appearance.
pub(super) fn taxes<'p>(
    bases: &TaxBases,
    prices_include_tax: bool,
    policy: &'p Policy,
    precision: Precision,
) -> Result<Vec<TaxAmount<'p>>, PricingError> {
    let mut taxes: Vec<TaxAmount> = Vec::with_capacity(1);
    for base in &bases.bases {
        let included = if prices_include_tax {
            Some(rates_together(base, policy)?)
        } else {
            None
        };
        for code in base.codes.codes() {
            let listed = policy.tax_rate(code)?;
            let part = of_base(base, listed, included)?;
            match taxes.iter_mut().find(|tax| tax.listed.code == code) {
                Some(tax) => tax.add(&part)?,
                None => taxes.push(part),
            }
        }
    }
    for tax in &mut taxes {
        tax.amount = precision.carry(tax.amount.exact, "tax")?;
    }
    Ok(taxes)
}

fn of_base<'p>(
    base: &TaxBase,
    listed: &'p TaxRate,
    included: Option<Money>,
) -> Result<TaxAmount<'p>, PricingError> {
    let bearing = base.running;
    let (amount, net) = match included {
        None => (tax::tax(bearing, listed.rate)?, bearing),
        Some(together) => (
            tax::tax_included(bearing, listed.rate, together)?,
            tax::without_tax(bearing, together)?,
        ),
    };
    Ok(TaxAmount {
        listed,
        bearing,
        net,
        amount: Derived::as_is(amount),
    })
}

fn rates_together(base: &TaxBase, policy: &Policy) -> Result<Money, PricingError> {
    let mut together = Money::ZERO;
    for code in base.codes.codes() {
        let rate = policy.tax_rate(code)?.rate;
        together = together.plus(rate.as_factor(), "tax")?;
    }
    Ok(together)
}

impl TaxAmount<'_> {
    fn add(&mut self, other: &Self) -> Result<(), PricingError> {
        self.bearing = self.bearing.plus(other.bearing, "tax")?;
        self.net = self.net.plus(other.net, "tax")?;
        let amount = self.amount.exact.plus(other.amount.exact, "tax")?;
        self.amount = Derived::as_is(amount);
        Ok(())
    }
}

impl Policy {
    /// The rate of `code`.
    pub(crate) fn tax_rate(&self, code: &str) -> Result<&TaxRate, PricingError> {
        let listed = self.taxes.iter().find(|tax| tax.code == code);
        listed.ok_or_else(|| {
            let codes = self.taxes.iter().map(|tax| tax.code.as_str());
            PricingError::UnknownTaxCode {
                code: code.to_owned(),
                allowed: codes.collect::<Vec<_>>().join(", "),
            }
        })
    }
}
