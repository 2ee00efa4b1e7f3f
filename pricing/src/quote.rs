//! The quote: every step of a price, named, with its reason; what is shown adds up to the total.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use crate::amount;
use crate::currency::Currency;
use crate::document::DocumentKind;
use crate::money::Money;
use crate::policy::PolicyId;
use crate::rate::Rate;

mod build;
mod counted;
mod lines;
mod reason;
mod reasons;
mod shown;

pub(crate) use counted::Counted;
pub use reason::Reason;

/// What an invoice costs, and why: it dereferences to its [`Breakdown`].
///
/// ```
/// use pricing::{Invoice, PricingEngine};
/// let invoice: Invoice = serde_json::from_str(
///     r#"{"invoice_id":"INV-1","tier":"gold","loyalty_member":false,"days_overdue":0,
///         "items":[{"sku":"A","unit_price":"40.00","quantity":3}]}"#,
/// )?;
/// let quote = PricingEngine::standard().quote(&invoice)?;
/// assert_eq!(quote.tier_discount.reason.to_string(), "gold tier, 15 %");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The amounts of every step are computed when the quote is made. For a plain invoice they are
/// machine words until somebody reads them; names and reasons are written down then.
#[derive(Clone)]
pub struct Quote(Form);

#[derive(Clone)]
enum Form {
    Written(Box<Breakdown>),
    Counted(Counted),
}

/// Every step of a price with its reason.
///
/// The shown amounts add up under each rounding rule:
/// - the lines to the subtotal, the discounts, charges and taxes each to their sum;
/// - subtotal − tier discount − loyalty discount − discount + charge = taxable, from which the tax
///   is taken off as well where prices include it;
/// - taxable + tax + late fee = total; total − prepaid + cash rounding = due.
///
/// Where rounding happens once, at the end, a shown step may lie up to one minor unit from its exact
/// amount, which stands beside it. The amounts of a credit note are above zero, as on the invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Breakdown {
    /// The invoice that is priced.
    pub invoice_id: String,
    /// Invoice or credit note.
    #[serde(skip_serializing_if = "is_invoice")]
    pub kind: DocumentKind,
    /// The currency, when the invoice or the policy names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The policy under which it is priced.
    pub policy: Arc<PolicyId>,
    /// Whether the prices include tax.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub prices_include_tax: bool,
    /// The line items with their nets.
    pub lines: Vec<QuotedLine>,
    /// The sum of the lines.
    pub subtotal: Step,
    /// What the tier takes off.
    pub tier_discount: Step,
    /// What membership takes off.
    pub loyalty_discount: Step,
    /// The document's own discounts, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Step>,
    /// The sum of the document's own discounts.
    #[serde(skip_serializing_if = "Step::is_nothing")]
    pub discount: Step,
    /// The document's charges, in its order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Step>,
    /// The sum of the document's charges.
    #[serde(skip_serializing_if = "Step::is_nothing")]
    pub charge: Step,
    /// What is left, without tax: the base of the tax.
    pub taxable: Step,
    /// The tax by code, in the order of the first line that bears it.
    pub taxes: Vec<QuotedTax>,
    /// The tax.
    pub tax: Step,
    /// The fee on what is outstanding after tax.
    pub late_fee: Step,
    /// What the document comes to.
    pub total: Step,
    /// What is already paid.
    #[serde(with = "amount", skip_serializing_if = "Decimal::is_zero")]
    pub prepaid: Decimal,
    /// What rounding to the smallest coin adds.
    #[serde(with = "amount", skip_serializing_if = "Decimal::is_zero")]
    pub cash_rounding: Decimal,
    /// What the customer still pays; below zero, what the customer gets back.
    #[serde(with = "amount")]
    pub due: Decimal,
}

impl Quote {
    /// The breakdown itself, for whoever takes it apart.
    #[must_use]
    pub fn into_breakdown(self) -> Breakdown {
        match self.0 {
            Form::Written(breakdown) => *breakdown,
            Form::Counted(counted) => counted.breakdown().clone(),
        }
    }
}

impl Deref for Quote {
    type Target = Breakdown;

    fn deref(&self) -> &Breakdown {
        match &self.0 {
            Form::Written(breakdown) => breakdown,
            Form::Counted(counted) => counted.breakdown(),
        }
    }
}

impl From<Breakdown> for Quote {
    fn from(breakdown: Breakdown) -> Self {
        Self(Form::Written(Box::new(breakdown)))
    }
}

impl From<Counted> for Quote {
    #[inline]
    fn from(counted: Counted) -> Self {
        Self(Form::Counted(counted))
    }
}

impl PartialEq for Quote {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Quote {}

impl fmt::Debug for Quote {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}

impl Serialize for Quote {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
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
    /// Unit price × quantity as shown; absent when it is the net.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gross: Option<Step>,
    /// The line's discounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Step>,
    /// The line's charges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Step>,
    /// The net as shown, in minor units: gross − discounts + charges.
    #[serde(with = "amount")]
    pub amount: Decimal,
    /// The net, all digits.
    pub exact: Money,
}

/// The tax of one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QuotedTax {
    /// The code.
    pub code: String,
    /// Its rate.
    pub rate: Rate,
    /// What bears it, without tax, as shown.
    #[serde(with = "amount")]
    pub base: Decimal,
    /// The tax as shown.
    #[serde(with = "amount")]
    pub amount: Decimal,
    /// The tax, all digits.
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

impl Step {
    /// Whether nothing of this kind stands on the document.
    fn is_nothing(&self) -> bool {
        self.reason == Reason::Adjustments(0)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands the field over by reference"
)]
fn is_invoice(kind: &DocumentKind) -> bool {
    *kind == DocumentKind::Invoice
}

#[cfg(test)]
mod tests;
