//! Invoices and credit notes that can be priced; one door leads to them: `TryFrom<RawDocument>`.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::adjustment::Adjustment;
use crate::currency::Currency;
use crate::document::{DocumentKind, PrecedingInvoice, RawDocument, RawPrepayment};
use crate::party::Party;
use crate::tax_codes::TaxCodes;

mod door;

/// An invoice or a credit note that can be priced. Made only by `TryFrom<RawDocument>` (the short
/// [`RawInvoice`](crate::RawInvoice) and serde go through it), so nobody after that door checks again.
///
/// Cloning shares what stands on it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawDocument", into = "RawDocument")]
pub struct Invoice(
    // Shared with its quotes, which name its lines only when somebody reads them.
    Arc<Content>,
);

/// What stands on an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
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
    // They are large, seldom there and never priced.
    particulars: Option<Box<Particulars>>,
    note: String,
    items: Vec<LineItem>,
    discounts: Vec<Adjustment>,
    charges: Vec<Adjustment>,
    prepayments: Vec<RawPrepayment>,
    payable_rounding: Option<Decimal>,
    /// Whether it has no discounts, charges, prepayments and tax codes of its own.
    is_plain: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Particulars {
    seller: Option<Party>,
    buyer: Option<Party>,
    preceding_invoices: Vec<PrecedingInvoice>,
    payment_terms: String,
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
        &self.0.invoice_id
    }

    /// The customer's tier, as written.
    #[must_use]
    pub fn tier(&self) -> &str {
        &self.0.tier
    }

    /// Whether the customer is a loyalty member.
    #[must_use]
    pub fn is_loyalty_member(&self) -> bool {
        self.0.loyalty_member
    }

    /// Whole days since the invoice was due.
    #[must_use]
    pub fn days_overdue(&self) -> u32 {
        self.0.days_overdue
    }

    /// Invoice or credit note.
    #[must_use]
    pub fn kind(&self) -> DocumentKind {
        self.0.kind
    }

    /// On a credit note, the invoice that it takes back.
    #[must_use]
    pub fn credits(&self) -> Option<&str> {
        self.0.credits.as_deref()
    }

    /// The day of issue.
    #[must_use]
    pub fn issue_date(&self) -> Option<Date> {
        self.0.issue_date
    }

    /// The day by which it is to be paid.
    #[must_use]
    pub fn due_date(&self) -> Option<Date> {
        self.0.due_date
    }

    /// The currency; `None` for the policy's.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.0.currency
    }

    /// Whether the prices include tax; `None` for what the policy says.
    #[must_use]
    pub fn prices_include_tax(&self) -> Option<bool> {
        self.0.prices_include_tax
    }

    /// Who sells.
    #[must_use]
    pub fn seller(&self) -> Option<&Party> {
        self.0.particulars.as_ref()?.seller.as_ref()
    }

    /// Who buys.
    #[must_use]
    pub fn buyer(&self) -> Option<&Party> {
        self.0.particulars.as_ref()?.buyer.as_ref()
    }

    /// Invoices before this one that it corrects or completes, in the order of the document.
    #[must_use]
    pub fn preceding_invoices(&self) -> &[PrecedingInvoice] {
        let particulars = self.0.particulars.as_ref();
        particulars.map_or(&[], |found| &found.preceding_invoices)
    }

    /// How it is to be paid, in words; may be empty.
    #[must_use]
    pub fn payment_terms(&self) -> &str {
        let particulars = self.0.particulars.as_ref();
        particulars.map_or("", |found| &found.payment_terms)
    }

    /// Free text for the reader; may be empty.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.0.note
    }

    /// The line items, in the order of the document.
    #[must_use]
    pub fn items(&self) -> &[LineItem] {
        &self.0.items
    }

    /// The document's own discounts, in its order.
    #[must_use]
    pub fn discounts(&self) -> &[Adjustment] {
        &self.0.discounts
    }

    /// The document's charges, in its order.
    #[must_use]
    pub fn charges(&self) -> &[Adjustment] {
        &self.0.charges
    }

    /// What is already paid; each above or equal to zero.
    #[must_use]
    pub fn prepayments(&self) -> &[RawPrepayment] {
        &self.0.prepayments
    }

    /// What is added to the amount due so that it can be paid; `None` for what the policy's smallest
    /// coin says.
    #[must_use]
    pub fn payable_rounding(&self) -> Option<Decimal> {
        self.0.payable_rounding
    }

    /// Whether it has no discounts, charges, prepayments and tax codes of its own, nor do its lines.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        self.0.is_plain
    }
}

impl fmt::Debug for Invoice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
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
