//! The quote: every step of a price, named, with its reason; what is shown adds up to the total.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::amount;
use crate::engine::{ExactSteps, line_net};
use crate::error::PricingError;
use crate::invoice::Invoice;
use crate::late_fee;
use crate::money::Money;
use crate::policy::{MINOR_UNIT_PLACES, Policy};
use crate::rate::Rate;
use crate::reconcile::reconcile;

/// What an invoice costs, and why.
///
/// The shown amounts add up: the lines to the subtotal; subtotal − tier discount − loyalty discount
/// = taxable; taxable + tax + late fee = total. Rounding happens once, at the total, so a shown step
/// may lie up to one minor unit from its exact amount, which stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// The invoice that is priced.
    pub invoice_id: String,
    /// The line items with their nets.
    pub lines: Vec<QuotedLine>,
    /// The sum of the lines.
    pub subtotal: Step,
    /// What the tier takes off the subtotal.
    pub tier_discount: Step,
    /// What membership takes off the rest.
    pub loyalty_discount: Step,
    /// What is left, the base of the tax.
    pub taxable: Step,
    /// The tax on the taxable amount.
    pub tax: Step,
    /// The fee on the amount after tax.
    pub late_fee: Step,
    /// What the customer pays.
    pub total: Step,
}

/// A line item of a quote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuotedLine {
    /// What is sold.
    pub sku: String,
    /// The price of one unit.
    #[serde(with = "amount")]
    pub unit_price: Decimal,
    /// How many units.
    #[serde(with = "amount")]
    pub quantity: Decimal,
    /// The net as shown, in minor units.
    #[serde(with = "amount")]
    pub amount: Decimal,
    /// Unit price × quantity, all digits.
    pub exact: Money,
}

/// One step of a price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The amount as shown, in minor units.
    #[serde(with = "amount")]
    pub amount: Decimal,
    /// The amount before rounding, all digits.
    pub exact: Money,
    /// Why it is this amount.
    pub reason: Reason,
}

/// Why a step has its amount; displayed for people (`gold tier, 15 %`), serialised as that text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The sum of so many line items.
    LineItems(usize),
    /// The tier is listed at this rate.
    Tier(String, Rate),
    /// The policy does not list the tier; perhaps another was meant.
    UnlistedTier(String, Option<String>),
    /// The customer is a member.
    Member(Rate),
    /// The customer is not a member.
    NotAMember,
    /// What remains after both discounts.
    AfterDiscounts,
    /// The tax rate.
    Tax(Rate),
    /// So many days overdue, more than the threshold.
    Overdue {
        /// Days overdue.
        days: u32,
        /// The policy's threshold.
        threshold_days: u32,
        /// The fee's rate.
        rate: Rate,
    },
    /// So many days overdue, not more than the threshold.
    NotOverdue {
        /// Days overdue.
        days: u32,
        /// The policy's threshold.
        threshold_days: u32,
    },
    /// Rounded once, at the end.
    RoundedOnce,
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineItems(1) => write!(formatter, "1 line item"),
            Self::LineItems(count) => write!(formatter, "{count} line items"),
            Self::Tier(tier, rate) => write!(formatter, "{tier} tier, {rate}"),
            Self::UnlistedTier(tier, None) => write!(formatter, "no discount for tier {tier:?}"),
            Self::UnlistedTier(tier, Some(meant)) => {
                write!(
                    formatter,
                    "no discount for tier {tier:?} (did you mean {meant:?}?)"
                )
            }
            Self::Member(rate) => write!(formatter, "loyalty member, {rate}"),
            Self::NotAMember => write!(formatter, "not a loyalty member"),
            Self::AfterDiscounts => write!(formatter, "after both discounts"),
            Self::Tax(rate) => write!(formatter, "{rate} of taxable"),
            Self::Overdue {
                days,
                threshold_days,
                rate,
            } => {
                write!(
                    formatter,
                    "{days} days overdue, more than {threshold_days}: {rate}"
                )
            }
            Self::NotOverdue { days: 0, .. } => write!(formatter, "not overdue"),
            Self::NotOverdue {
                days,
                threshold_days,
            } => {
                write!(
                    formatter,
                    "{days} days overdue, not more than {threshold_days}"
                )
            }
            Self::RoundedOnce => write!(formatter, "rounded once, half away from zero"),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Quote {
    /// The shown amounts of `exact`, reconciled by largest remainder so that they add up.
    pub(crate) fn reconciled(
        invoice: &Invoice,
        policy: &Policy,
        exact: &ExactSteps,
    ) -> Result<Self, PricingError> {
        let total = exact.total.rounded_half_away(MINOR_UNIT_PLACES);
        let parts = [
            exact.subtotal,
            exact.tier_discount.negated(),
            exact.loyalty_discount.negated(),
            exact.tax,
            exact.late_fee,
        ];
        let shown = reconcile(&parts, total, MINOR_UNIT_PLACES)?;
        let step = |shown: Money, exact: Money, reason| {
            Ok(Step {
                amount: shown.to_shown(MINOR_UNIT_PLACES, "quote")?,
                exact,
                reason,
            })
        };
        let taxable = Money::sum(shown[..3].iter().copied(), "taxable")?;
        Ok(Self {
            invoice_id: invoice.invoice_id().to_owned(),
            lines: quoted_lines(invoice, shown[0])?,
            subtotal: step(
                shown[0],
                exact.subtotal,
                Reason::LineItems(invoice.items().len()),
            )?,
            tier_discount: step(
                shown[1].negated(),
                exact.tier_discount,
                tier_reason(invoice, policy),
            )?,
            loyalty_discount: step(
                shown[2].negated(),
                exact.loyalty_discount,
                loyalty_reason(invoice, policy),
            )?,
            taxable: step(taxable, exact.taxable, Reason::AfterDiscounts)?,
            tax: step(shown[3], exact.tax, Reason::Tax(policy.tax_rate))?,
            late_fee: step(shown[4], exact.late_fee, late_fee_reason(invoice, policy))?,
            total: step(total, exact.total, Reason::RoundedOnce)?,
        })
    }
}

fn quoted_lines(invoice: &Invoice, subtotal: Money) -> Result<Vec<QuotedLine>, PricingError> {
    let exact: Vec<Money> = invoice
        .items()
        .iter()
        .map(line_net)
        .collect::<Result<_, _>>()?;
    let shown = reconcile(&exact, subtotal, MINOR_UNIT_PLACES)?;
    let lines = invoice.items().iter().zip(exact).zip(shown);
    lines
        .map(|((item, exact), shown)| {
            Ok(QuotedLine {
                sku: item.sku().to_owned(),
                unit_price: item.unit_price(),
                quantity: item.quantity(),
                amount: shown.to_shown(MINOR_UNIT_PLACES, "line item")?,
                exact,
            })
        })
        .collect()
}

fn tier_reason(invoice: &Invoice, policy: &Policy) -> Reason {
    let tier = invoice.tier().to_owned();
    if let Some(listed) = policy.tier_discount(&tier) {
        return Reason::Tier(tier, listed.rate);
    }
    let meant = policy.tier_meant_by(&tier);
    Reason::UnlistedTier(tier, meant.map(|listed| listed.tier.clone()))
}

fn loyalty_reason(invoice: &Invoice, policy: &Policy) -> Reason {
    if invoice.is_loyalty_member() {
        Reason::Member(policy.loyalty_rate)
    } else {
        Reason::NotAMember
    }
}

fn late_fee_reason(invoice: &Invoice, policy: &Policy) -> Reason {
    let days = invoice.days_overdue();
    let threshold_days = policy.late_fee_threshold_days;
    if late_fee::is_due(days, threshold_days) {
        let rate = policy.late_fee_rate;
        Reason::Overdue {
            days,
            threshold_days,
            rate,
        }
    } else {
        Reason::NotOverdue {
            days,
            threshold_days,
        }
    }
}

#[cfg(test)]
mod tests;
