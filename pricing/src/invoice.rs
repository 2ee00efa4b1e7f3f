//! Invoices: as they are read ([`RawInvoice`]) and as they are priced ([`Invoice`]), one door between.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::amount;
use crate::error::{InvoiceError, Problem};

/// An invoice as it stands in a file: the right shape, its meaning not yet checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawInvoice {
    /// The identifier, unique in a book.
    pub invoice_id: String,
    /// The customer's tier.
    pub tier: String,
    /// Whether the customer is a loyalty member.
    pub loyalty_member: bool,
    /// Whole days since the invoice was due; 0 when it is not yet due.
    pub days_overdue: i64,
    /// The line items, in the order of the document.
    pub items: Vec<RawLineItem>,
}

/// A line item as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLineItem {
    /// What is sold; shown, never priced.
    #[serde(default)]
    pub sku: String,
    /// The price of one unit.
    #[serde(with = "amount")]
    pub unit_price: Decimal,
    /// How many units; decimals are allowed (1.5 hours).
    #[serde(with = "amount")]
    pub quantity: Decimal,
}

/// An invoice that can be priced. Made only by `TryFrom<RawInvoice>` (and serde through it), so
/// nobody after that door checks again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawInvoice", into = "RawInvoice")]
#[expect(
    clippy::struct_field_names,
    reason = "the files' word for it is invoice_id"
)]
pub struct Invoice {
    invoice_id: String,
    tier: String,
    loyalty_member: bool,
    days_overdue: u32,
    items: Vec<LineItem>,
}

/// A line item that can be priced: neither price nor quantity is below zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineItem {
    sku: String,
    unit_price: Decimal,
    quantity: Decimal,
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

    /// The line items, in the order of the document.
    #[must_use]
    pub fn items(&self) -> &[LineItem] {
        &self.items
    }
}

impl LineItem {
    /// A line item; [`Problem`] says which of the two numbers is below zero.
    pub fn new(
        sku: impl Into<String>,
        unit_price: Decimal,
        quantity: Decimal,
    ) -> Result<Self, InvoiceError> {
        let problem = if unit_price < Decimal::ZERO {
            Some(("unit_price", Problem::NegativeUnitPrice(unit_price)))
        } else if quantity < Decimal::ZERO {
            Some(("quantity", Problem::NegativeQuantity(quantity)))
        } else {
            None
        };
        match problem {
            Some((field, problem)) => Err(InvoiceError {
                field: field.to_owned(),
                problem,
            }),
            None => Ok(Self {
                sku: sku.into(),
                unit_price,
                quantity,
            }),
        }
    }

    /// What is sold.
    #[must_use]
    pub fn sku(&self) -> &str {
        &self.sku
    }

    /// The price of one unit, never below zero.
    #[must_use]
    pub fn unit_price(&self) -> Decimal {
        self.unit_price
    }

    /// How many units, never below zero.
    #[must_use]
    pub fn quantity(&self) -> Decimal {
        self.quantity
    }
}

impl TryFrom<RawInvoice> for Invoice {
    type Error = InvoiceError;

    fn try_from(raw: RawInvoice) -> Result<Self, InvoiceError> {
        let refused = |field: &str, problem| InvoiceError {
            field: field.to_owned(),
            problem,
        };
        if raw.invoice_id.trim().is_empty() {
            return Err(refused("invoice_id", Problem::EmptyId));
        }
        let days_overdue = u32::try_from(raw.days_overdue)
            .map_err(|_| refused("days_overdue", Problem::DaysOverdue(raw.days_overdue)))?;
        let items = raw.items.into_iter().enumerate().map(|(index, item)| {
            LineItem::new(item.sku, item.unit_price, item.quantity).map_err(|error| InvoiceError {
                field: format!("items[{index}].{}", error.field),
                ..error
            })
        });
        Ok(Self {
            invoice_id: raw.invoice_id,
            tier: raw.tier,
            loyalty_member: raw.loyalty_member,
            days_overdue,
            items: items.collect::<Result<_, _>>()?,
        })
    }
}

impl From<Invoice> for RawInvoice {
    fn from(invoice: Invoice) -> Self {
        let items = invoice.items.into_iter().map(|item| RawLineItem {
            sku: item.sku,
            unit_price: item.unit_price,
            quantity: item.quantity,
        });
        Self {
            items: items.collect(),
            invoice_id: invoice.invoice_id,
            tier: invoice.tier,
            loyalty_member: invoice.loyalty_member,
            days_overdue: i64::from(invoice.days_overdue),
        }
    }
}

#[cfg(test)]
mod tests;
