//! The engine: a policy, applied to invoices.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::currency::Currency;
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::kernel::{Kernel, decimal};
use crate::money::Money;
use crate::policy::{MINOR_UNIT_PLACES, Policy};
use crate::quote::{Breakdown, Counted, Quote};
use crate::rounding::Precision;

mod lines;
mod shares;
mod steps;
mod tax_bases;
mod taxes;

pub(crate) use lines::{LineAmounts, subtotal};
pub use shares::{Applied, TaxShare};
pub(crate) use steps::{Steps, Watch};
pub(crate) use tax_bases::TaxBases;
pub(crate) use taxes::TaxAmount;

/// Prices invoices under one [`Policy`].
#[derive(Clone, Debug)]
pub struct PricingEngine {
    // Shared with the quotes, which name its rules only when somebody reads them.
    policy: Arc<Policy>,
    kernel: Option<Kernel>,
}

/// A quote with the amounts behind it.
pub(crate) struct Priced<'p> {
    pub(crate) lines: Vec<LineAmounts>,
    pub(crate) steps: Steps<'p>,
    pub(crate) quote: Breakdown,
}

impl PricingEngine {
    /// An engine that prices under `policy`.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        let kernel = Kernel::of_policy(&policy);
        Self {
            policy: Arc::new(policy),
            kernel,
        }
    }

    /// The policy under which this engine prices.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The policy compiled into integers, for whoever prices without making an [`Invoice`]; `None`
    /// when the policy's totals are not one part of the subtotal.
    #[must_use]
    pub fn kernel(&self) -> Option<&Kernel> {
        self.kernel.as_ref()
    }

    /// The invoice's total with every step that leads to it.
    #[inline]
    pub fn quote(&self, invoice: &Invoice) -> Result<Quote, PricingError> {
        let kernel = self.kernel.as_ref();
        match kernel.and_then(|kernel| kernel.counted(invoice)) {
            Some(counts) => Ok(Counted::new(invoice, &self.policy, counts).into()),
            None => self.quote_by_steps(invoice),
        }
    }

    /// The quote as [`Self::quote`] gives it, by the general path: one exact step after the other, for
    /// every invoice and policy. What the kernel counts is held against it.
    pub fn quote_by_steps(&self, invoice: &Invoice) -> Result<Quote, PricingError> {
        Ok(self.quote_watched(invoice, &mut ())?.quote.into())
    }

    /// The invoice's total, rounded to the minor unit; by the standard policy once, at the end, half
    /// away from zero. Prepayments and cash rounding come after it: see [`Breakdown::due`](crate::Breakdown::due).
    #[inline]
    pub fn total(&self, invoice: &Invoice) -> Result<Decimal, PricingError> {
        if let Some(kernel) = &self.kernel
            && let Some(units) = kernel.invoice_units(invoice)
        {
            return Ok(decimal(units, kernel.places()));
        }
        self.total_by_steps(invoice)
    }

    /// The totals of many invoices, in their order.
    pub fn totals<'i>(
        &self,
        invoices: &'i [Invoice],
    ) -> impl Iterator<Item = Result<Decimal, PricingError>> + use<'_, 'i> {
        invoices.iter().map(|invoice| self.total(invoice))
    }

    /// The total as [`Self::total`] gives it, by the general path: one exact step after the other, for
    /// every invoice and policy. The kernel is held against it.
    pub fn total_by_steps(&self, invoice: &Invoice) -> Result<Decimal, PricingError> {
        let precision = self.precision(invoice)?;
        let of_line = |item| Ok(lines::amounts(item, precision, self.policy.overdiscount)?.net);
        let nets = invoice.items().iter().map(of_line);
        let nets: Vec<Money> = nets.collect::<Result<_, _>>()?;
        let total = self.steps(invoice, &nets, precision, &mut ())?.total;
        let shown = precision.to_minor_units(total, "total")?;
        shown.to_shown(precision.places, "total")
    }

    /// The quote with the amounts behind it.
    pub(crate) fn quote_watched(
        &self,
        invoice: &Invoice,
        watch: &mut impl Watch,
    ) -> Result<Priced<'_>, PricingError> {
        let precision = self.precision(invoice)?;
        let of_line = |item| lines::amounts(item, precision, self.policy.overdiscount);
        let lines = invoice.items().iter().map(of_line);
        let lines: Vec<LineAmounts> = lines.collect::<Result<_, _>>()?;
        let nets: Vec<Money> = lines.iter().map(|line| line.net).collect();
        let steps = self.steps(invoice, &nets, precision, watch)?;
        let quote = Breakdown::of_steps(invoice, &self.policy, &lines, &steps)?;
        Ok(Priced {
            lines,
            steps,
            quote,
        })
    }

    fn precision(&self, invoice: &Invoice) -> Result<Precision, PricingError> {
        if let (Some(invoice), Some(policy)) = (invoice.currency(), self.policy.currency)
            && invoice != policy
            && self.policy.has_amounts()
        {
            return Err(PricingError::OtherCurrency { invoice, policy });
        }
        let currency = invoice.currency().or(self.policy.currency);
        Ok(Precision {
            rounding: self.policy.rounding,
            places: currency.map_or(MINOR_UNIT_PLACES, Currency::minor_unit_places),
        })
    }
}
