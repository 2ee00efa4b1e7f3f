//! Invoices and credit notes that can be priced; one door leads to them: `TryFrom<RawDocument>`.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::adjustment::Adjustment;
use crate::currency::Currency;
use crate::document::{DocumentKind, RawDocument, RawPrepayment};
use crate::party::Party;
use crate::tax_codes::TaxCodes;

mod door;

/// An invoice or a credit note that can be priced. Made only by `TryFrom<RawDocument>` (the short
/// [`RawInvoice`](crate::RawInvoice) and serde go through it), so nobody after that door checks again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawDocument", into = "RawDocument")]
#[expect(
    clippy::struct_field_names,
    reason = "the files' word for it is invoice_id"
)]
pub struct Invoice {
    invoice_id: String,
    tier: String,
    loyalty_member: bool,
    days_overdue: u32,
    kind: DocumentKind,
    credits: Option<String>,
    issue_date: Option<Date>,
    due_date: Option<Date>,
    currency: Option<Currency>,
    prices_include_tax: Option<bool>,
    // The parties are large, seldom there and never priced.
    parties: Option<Box<Parties>>,
    note: String,
    items: Vec<LineItem>,
    discounts: Vec<Adjustment>,
    charges: Vec<Adjustment>,
    prepayments: Vec<RawPrepayment>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Parties {
    seller: Option<Party>,
    buyer: Option<Party>,
}

/// A line item that can be priced: its price is not below zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineItem {
    sku: String,
    description: String,
    unit_price: Decimal,
    quantity: Decimal,
    unit: String,
    tax: TaxCodes,
    discounts: Vec<Adjustment>,
    charges: Vec<Adjustment>,
}

impl Invoice {
    /// The identifier, never empty.
    #[must_use]
    pub fn invoice_id(&self) -> &str {
        &self.invoice_id
    }

    /// The customer's tier, as written.
    #[must_use]
    pub fn tier(&self) -> &str {
        &self.tier
    }

    /// Whether the customer is a loyalty member.
    #[must_use]
    pub fn is_loyalty_member(&self) -> bool {
        self.loyalty_member
    }

    /// Whole days since the invoice was due.
    #[must_use]
    pub fn days_overdue(&self) -> u32 {
        self.days_overdue
    }

    /// Invoice or credit note.
    #[must_use]
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// On a credit note, the invoice that it takes back.
    #[must_use]
    pub fn credits(&self) -> Option<&str> {
        self.credits.as_deref()
    }

    /// The day of issue.
    #[must_use]
    pub fn issue_date(&self) -> Option<Date> {
        self.issue_date
    }

    /// The day by which it is to be paid.
    #[must_use]
    pub fn due_date(&self) -> Option<Date> {
        self.due_date
    }

    /// The currency; `None` for the policy's.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.currency
    }

    /// Whether the prices include tax; `None` for what the policy says.
    #[must_use]
    pub fn prices_include_tax(&self) -> Option<bool> {
        self.prices_include_tax
    }

    /// Who sells.
    #[must_use]
    pub fn seller(&self) -> Option<&Party> {
        self.parties.as_ref()?.seller.as_ref()
    }

    /// Who buys.
    #[must_use]
    pub fn buyer(&self) -> Option<&Party> {
        self.parties.as_ref()?.buyer.as_ref()
    }

    /// Free text for the reader; may be empty.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The line items, in the order of the document.
    #[must_use]
    pub fn items(&self) -> &[LineItem] {
        &self.items
    }

    /// The document's own discounts, in its order.
    #[must_use]
    pub fn discounts(&self) -> &[Adjustment] {
        &self.discounts
    }

    /// The document's charges, in its order.
    #[must_use]
    pub fn charges(&self) -> &[Adjustment] {
        &self.charges
    }

    /// What is already paid; each above or equal to zero.
    #[must_use]
    pub fn prepayments(&self) -> &[RawPrepayment] {
        &self.prepayments
    }
}

impl LineItem {
    /// What is sold: the seller's number for it.
    #[must_use]
    pub fn sku(&self) -> &str {
        &self.sku
    }

    /// What is sold, in words.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The price of one unit, never below zero.
    #[must_use]
    pub fn unit_price(&self) -> Decimal {
        self.unit_price
    }

    /// How many units; below zero what is given back.
    #[must_use]
    pub fn quantity(&self) -> Decimal {
        self.quantity
    }

    /// The unit of the quantity; may be empty.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// The taxes of the line.
    #[must_use]
    pub fn tax(&self) -> &TaxCodes {
        &self.tax
    }

    /// The line's discounts, in the order of the document.
    #[must_use]
    pub fn discounts(&self) -> &[Adjustment] {
        &self.discounts
    }

    /// The line's charges, in the order of the document.
    #[must_use]
    pub fn charges(&self) -> &[Adjustment] {
        &self.charges
    }
}

#[cfg(test)]
mod tests;
