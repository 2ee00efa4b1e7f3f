//! What a book of invoices comes to, by currency, tier, tax and rounding; the summaries of its parts
//! add up exactly to that of the whole, in whatever order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::currency::Currency;
use crate::document::DocumentKind;
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::policy::MINOR_UNIT_PLACES;
use crate::quote::Quote;
use crate::rate::Rate;
use crate::rounding_report::RoundingReport;

mod amounts;
mod sum;

pub use amounts::{Amounts, TaxAmounts};
pub use sum::Sum;

/// What the invoices of a book come to.
///
/// Sums are of the amounts as they stand on the invoices, in minor units; a credit note counts below
/// zero. They are exact, whatever their size, so [`merge`](Self::merge) is associative and
/// commutative: the same invoices give the same summary, letter by letter in JSON, however a book was
/// cut and in whatever order the parts are added up.
///
/// ```
/// use pricing::{BookSummary, Invoice, PricingEngine};
///
/// let invoice: Invoice = serde_json::from_str(
///     r#"{"invoice_id":"INV-1","tier":"gold","loyalty_member":false,"days_overdue":0,
///         "items":[{"unit_price":"40.00","quantity":3}]}"#,
/// )?;
/// let mut part = BookSummary::default();
/// part.add(&invoice, &PricingEngine::standard().quote(&invoice)?)?;
/// let mut whole = part.clone();
/// whole.merge(&serde_json::from_str(&serde_json::to_string(&part)?)?)?;
/// assert_eq!(whole.currencies()[0].tiers["gold"].total.to_string(), "220.32");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawSummary")]
pub struct BookSummary {
    /// By code, the invoices without a currency first.
    currencies: Vec<CurrencySummary>,
}

/// What the invoices of one currency come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrencySummary {
    /// The currency; absent where none is named.
    pub currency: Option<Currency>,
    /// All invoices together.
    pub all: Amounts,
    /// By tier, as written.
    pub tiers: BTreeMap<String, Amounts>,
    /// By tax code and rate.
    pub taxes: BTreeMap<String, BTreeMap<Rate, TaxAmounts>>,
    /// What rounding moved, by rule.
    pub rounding: RoundingReport,
}

/// Why a summary cannot take more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SummaryError {
    /// A count has passed 2^64.
    #[error("the summary counts more invoices than there can be (is a part of it damaged?)")]
    TooMany,
    /// What rounding moved has passed 38 digits.
    #[error(transparent)]
    Rounding(#[from] PricingError),
    /// A summary that was read does not add up.
    #[error("the sums of the tiers are not those of all invoices (is the summary damaged?)")]
    DoesNotAddUp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSummary {
    currencies: Vec<CurrencySummary>,
}

impl BookSummary {
    /// Adds an invoice with its `quote`.
    pub fn add(&mut self, invoice: &Invoice, quote: &Quote) -> Result<(), SummaryError> {
        let is_credit = quote.kind == DocumentKind::CreditNote;
        let summary = self.of_currency(quote.currency);
        summary.rounding.add(quote)?;
        let places = summary.places();
        summary.all.add(quote, is_credit)?;
        let tier = invoice.tier();
        if !summary.tiers.contains_key(tier) {
            let none = Amounts::none(places);
            summary.tiers.insert(tier.to_owned(), none);
        }
        if let Some(amounts) = summary.tiers.get_mut(tier) {
            amounts.add(quote, is_credit)?;
        }
        for tax in &quote.taxes {
            summary.tax(&tax.code, tax.rate).add(tax, is_credit);
        }
        Ok(())
    }

    /// Adds the summary of other invoices.
    pub fn merge(&mut self, other: &Self) -> Result<(), SummaryError> {
        other
            .currencies
            .iter()
            .try_for_each(|more| self.of_currency(more.currency).merge(more))
    }

    /// By currency code, the invoices without a currency first.
    #[must_use]
    pub fn currencies(&self) -> &[CurrencySummary] {
        &self.currencies
    }

    /// What rounding moved in all currencies, by rule.
    pub fn rounding(&self) -> Result<RoundingReport, PricingError> {
        let mut report = RoundingReport::default();
        for summary in &self.currencies {
            report.merge(&summary.rounding)?;
        }
        Ok(report)
    }

    fn of_currency(&mut self, currency: Option<Currency>) -> &mut CurrencySummary {
        let code = |currency: Option<Currency>| currency.map(Currency::code);
        let key = code(currency);
        let found = self
            .currencies
            .binary_search_by_key(&key, |summary| code(summary.currency));
        let place = found.unwrap_or_else(|place| {
            self.currencies
                .insert(place, CurrencySummary::none(currency));
            place
        });
        &mut self.currencies[place]
    }
}

impl CurrencySummary {
    fn none(currency: Option<Currency>) -> Self {
        Self {
            currency,
            all: Amounts::none(places_of(currency)),
            tiers: BTreeMap::new(),
            taxes: BTreeMap::new(),
            rounding: RoundingReport::default(),
        }
    }

    fn places(&self) -> u32 {
        places_of(self.currency)
    }

    fn tax(&mut self, code: &str, rate: Rate) -> &mut TaxAmounts {
        let places = self.places();
        // The same rate is shown alike, however many zeros the policy gives it.
        let rate = rate.normalized();
        let by_rate = self.taxes.entry(code.to_owned()).or_default();
        by_rate
            .entry(rate)
            .or_insert_with(|| TaxAmounts::none(places))
    }

    fn merge(&mut self, other: &Self) -> Result<(), SummaryError> {
        let places = self.places();
        self.all.merge(&other.all)?;
        for (tier, amounts) in &other.tiers {
            let of_tier = self.tiers.entry(tier.clone());
            let of_tier = of_tier.or_insert_with(|| Amounts::none(places));
            of_tier.merge(amounts)?;
        }
        for (code, by_rate) in &other.taxes {
            for (rate, amounts) in by_rate {
                self.tax(code, *rate).merge(amounts);
            }
        }
        Ok(self.rounding.merge(&other.rounding)?)
    }

    fn adds_up(&self) -> Result<bool, SummaryError> {
        let mut sum = Amounts::none(self.places());
        for amounts in self.tiers.values() {
            sum.merge(amounts)?;
        }
        Ok(sum == self.all)
    }
}

fn places_of(currency: Option<Currency>) -> u32 {
    currency.map_or(MINOR_UNIT_PLACES, Currency::minor_unit_places)
}

impl TryFrom<RawSummary> for BookSummary {
    type Error = SummaryError;

    fn try_from(raw: RawSummary) -> Result<Self, SummaryError> {
        let mut summary = Self::default();
        for of_currency in raw.currencies {
            if !of_currency.adds_up()? {
                return Err(SummaryError::DoesNotAddUp);
            }
            summary
                .of_currency(of_currency.currency)
                .merge(&of_currency)?;
        }
        Ok(summary)
    }
}

#[cfg(test)]
mod tests;
