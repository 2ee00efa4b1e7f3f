//! The engine: a policy, applied to invoices.

use rust_decimal::Decimal;

use crate::currency::Currency;
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::money::Money;
use crate::policy::{MINOR_UNIT_PLACES, Policy};
use crate::quote::Quote;
use crate::rounding::Precision;

mod lines;
mod steps;
mod tax_bases;
mod taxes;

pub(crate) use lines::{LineAmounts, subtotal};
pub(crate) use steps::Steps;

/// Prices invoices under one [`Policy`].
#[derive(Clone, Debug)]
pub struct PricingEngine {
    policy: Policy,
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
        let precision = self.precision(invoice)?;
        let of_line = |item| lines::amounts(item, precision, self.policy.overdiscount);
        let lines: Vec<LineAmounts> = invoice
            .items()
            .iter()
            .map(of_line)
            .collect::<Result<_, _>>()?;
        let nets: Vec<Money> = lines.iter().map(|line| line.net).collect();
        let steps = self.steps(invoice, &nets, precision)?;
        Quote::of_steps(invoice, &self.policy, &lines, &steps)
    }

    /// The invoice's total, rounded to the minor unit; by the standard policy once, at the end, half
    /// away from zero. Prepayments and cash rounding come after it: see [`Quote::due`].
    pub fn total(&self, invoice: &Invoice) -> Result<Decimal, PricingError> {
        let precision = self.precision(invoice)?;
        let of_line = |item| Ok(lines::amounts(item, precision, self.policy.overdiscount)?.net);
        let nets: Vec<Money> = invoice
            .items()
            .iter()
            .map(of_line)
            .collect::<Result<_, _>>()?;
        let total = self.steps(invoice, &nets, precision)?.total;
        let shown = precision.to_minor_units(total, "total")?;
        shown.to_shown(precision.places, "total")
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
