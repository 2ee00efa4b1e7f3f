//! The engine: a policy, applied to invoices.

use rust_decimal::Decimal;

use crate::error::PricingError;
use crate::invoice::{Invoice, LineItem};
use crate::money::Money;
use crate::policy::{MINOR_UNIT_PLACES, Policy};
use crate::quote::Quote;
use crate::rate::Rate;
use crate::{late_fee, loyalty, tax, tier};

/// Prices invoices under one [`Policy`].
#[derive(Clone, Debug)]
pub struct PricingEngine {
    policy: Policy,
}

/// The exact amount of every step; each is derived from those above it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExactSteps {
    pub(crate) subtotal: Money,
    pub(crate) tier_discount: Money,
    pub(crate) loyalty_discount: Money,
    pub(crate) taxable: Money,
    pub(crate) tax: Money,
    pub(crate) late_fee: Money,
    pub(crate) total: Money,
}

impl PricingEngine {
    /// An engine that prices under `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { policy }
    }

    /// The policy under which this engine prices.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The invoice's total with every step that leads to it.
    pub fn quote(&self, invoice: &Invoice) -> Result<Quote, PricingError> {
        Quote::reconciled(invoice, &self.policy, &self.exact_steps(invoice)?)
    }

    /// The invoice's total, rounded once to the minor unit, half away from zero.
    pub fn total(&self, invoice: &Invoice) -> Result<Decimal, PricingError> {
        let total = self.exact_steps(invoice)?.total;
        total
            .rounded_half_away(MINOR_UNIT_PLACES)
            .to_shown(MINOR_UNIT_PLACES, "total")
    }

    /// The rate of `tier`; a tier that the policy does not list earns no discount.
    pub(crate) fn tier_rate(&self, tier: &str) -> Rate {
        self.policy
            .tier_discount(tier)
            .map_or(Rate::ZERO, |listed| listed.rate)
    }

    fn exact_steps(&self, invoice: &Invoice) -> Result<ExactSteps, PricingError> {
        let policy = &self.policy;
        let subtotal = subtotal(invoice.items())?;
        let tier_discount = tier::tier_discount(subtotal, self.tier_rate(invoice.tier()))?;
        let after_tier_discount = subtotal.minus(tier_discount, "tier discount")?;
        let loyalty_discount = loyalty::loyalty_discount(
            after_tier_discount,
            invoice.is_loyalty_member(),
            policy.loyalty_rate,
        )?;
        let taxable = after_tier_discount.minus(loyalty_discount, "loyalty discount")?;
        let tax = tax::tax(taxable, policy.tax_rate)?;
        let after_tax = taxable.plus(tax, "tax")?;
        let late_fee = late_fee::late_fee(after_tax, invoice.days_overdue(), policy)?;
        let total = after_tax.plus(late_fee, "late fee")?;
        Ok(ExactSteps {
            subtotal,
            tier_discount,
            loyalty_discount,
            taxable,
            tax,
            late_fee,
            total,
        })
    }
}

/// The exact sum of unit price × quantity.
pub(crate) fn subtotal(items: &[LineItem]) -> Result<Money, PricingError> {
    let nets: Vec<Money> = items.iter().map(line_net).collect::<Result<_, _>>()?;
    Money::sum(nets.into_iter(), "subtotal")
}

/// The exact unit price × quantity of one line item.
pub(crate) fn line_net(item: &LineItem) -> Result<Money, PricingError> {
    Money::from(item.unit_price()).times(item.quantity().into(), "line item")
}
