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
    policy: Policy,
}

/// A quote with the amounts behind it.
pub(crate) struct Priced<'p> {
    pub(crate) lines: Vec<LineAmounts>,
    pub(crate) steps: Steps<'p>,
    pub(crate) quote: Quote,
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
        Ok(self.quote_watched(invoice, &mut ())?.quote)
    }

    /// The invoice's total, rounded to the minor unit; by the standard policy once, at the end, half
    /// away from zero. Prepayments and cash rounding come after it: see [`Quote::due`].
    pub fn total(&self, invoice: &Invoice) -> Result<Decimal, PricingError> {
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
        let quote = Quote::of_steps(invoice, &self.policy, &lines, &steps)?;
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
