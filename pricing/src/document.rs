//! Documents as they stand in a file: the right shape, their meaning not yet checked.

use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::amount;
use crate::currency::Currency;
use crate::party::Party;
use crate::tax_codes::TaxCodes;

/// The five facts that price a plain invoice; the short form of a [`RawDocument`].
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

/// The three facts that price a plain line item; the short form of a [`RawDocumentLine`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawLineItem {
    /// What is sold; shown, never priced.
    #[serde(default)]
    pub sku: String,
    /// The price of one unit.
    #[serde(with = "amount")]
    pub unit_price: Decimal,
    /// How many units; decimals are allowed (1.5 hours), below zero what is given back.
    #[serde(with = "amount")]
    pub quantity: Decimal,
}

/// Whether a document asks for money or gives it back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// The customer pays.
    #[default]
    Invoice,
    /// The customer is paid; its amounts are written as on the invoice, above zero.
    CreditNote,
}

/// An invoice or a credit note as it stands in a file. What is optional may be absent; a file with
/// the five required fields alone is the plain invoice of [`RawInvoice`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDocument {
    /// The identifier, unique in a book.
    pub invoice_id: String,
    /// The customer's tier.
    pub tier: String,
    /// Whether the customer is a loyalty member.
    pub loyalty_member: bool,
    /// Whole days since the invoice was due; 0 when it is not yet due.
    pub days_overdue: i64,
    /// Invoice (the default) or credit note.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: DocumentKind,
    /// On a credit note, the invoice that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits: Option<String>,
    /// The day of issue, which picks the version of a dated policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<Date>,
    /// The day by which it is to be paid; shown, never priced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Date>,
    /// The currency; absent, the policy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// Whether the prices include tax; absent, as the policy says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices_include_tax: Option<bool>,
    /// Who sells; shown, never priced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seller: Option<Party>,
    /// Who buys; shown, never priced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<Party>,
    /// Invoices before this one that it corrects or completes, or that a credit note takes back besides
    /// `credits`, or with their days of issue; shown, never priced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preceding_invoices: Vec<PrecedingInvoice>,
    /// How it is to be paid, in words; shown, never priced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub payment_terms: String,
    /// Free text for the reader; shown, never priced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The line items, in the order of the document.
    pub items: Vec<RawDocumentLine>,
    /// Discounts on the whole document, besides those of tier and loyalty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<RawAdjustment>,
    /// Charges on the whole document, such as freight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<RawAdjustment>,
    /// What is already paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prepayments: Vec<RawPrepayment>,
    /// What is added to the amount due so that it can be paid, or below zero taken off; absent, as
    /// the policy's smallest coin says.
    #[serde(
        default,
        with = "amount::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub payable_rounding: Option<Decimal>,
}

/// A line item as it stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDocumentLine {
    /// What is sold: the seller's number for it; shown, never priced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sku: String,
    /// What is sold, in words; shown, never priced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The price of one unit.
    #[serde(with = "amount")]
    pub unit_price: Decimal,
    /// How many units; decimals are allowed (1.5 hours), below zero what is given back.
    #[serde(with = "amount")]
    pub quantity: Decimal,
    /// The unit of the quantity (UN/ECE Recommendation 20, such as `HUR`); shown, never priced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The tax codes of the line; absent, the policy's `standard`.
    #[serde(default, skip_serializing_if = "TaxCodes::is_standard")]
    pub tax: TaxCodes,
    /// Discounts on this line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<RawAdjustment>,
    /// Charges on this line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<RawAdjustment>,
}

/// Of which amount a rate is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// Of what stood there before any discount or charge.
    #[default]
    Subtotal,
    /// Of what the discounts and charges before it have left.
    Running,
}

impl fmt::Display for Base {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Subtotal => "the subtotal",
            Self::Running => "what was left",
        })
    }
}

/// A discount or a charge as it stands in a file: a rate or an amount, never both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawAdjustment {
    /// A part of the base: 0.10 for 10 %.
    #[serde(
        default,
        with = "amount::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub rate: Option<Decimal>,
    /// A fixed amount.
    #[serde(
        default,
        with = "amount::optional",
        skip_serializing_if = "Option::is_none"
    )]
    pub amount: Option<Decimal>,
    /// Of what the rate is taken.
    #[serde(default, skip_serializing_if = "is_default")]
    pub base: Base,
    /// Why; shown, never priced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// On a document discount or charge, its tax code; absent, it is spread over the codes of the
    /// lines in proportion to their amounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<TaxCodes>,
}

/// An invoice before this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrecedingInvoice {
    /// Its identifier.
    pub invoice_id: String,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue_date: Option<Date>,
}

/// A prepayment as it stands in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPrepayment {
    /// What was paid.
    #[serde(with = "amount")]
    pub amount: Decimal,
    /// When; shown, never priced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// How or for what; shown, never priced.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl From<RawInvoice> for RawDocument {
    fn from(plain: RawInvoice) -> Self {
        Self {
            invoice_id: plain.invoice_id,
            tier: plain.tier,
            loyalty_member: plain.loyalty_member,
            days_overdue: plain.days_overdue,
            items: plain.items.into_iter().map(RawDocumentLine::from).collect(),
            ..Self::default()
        }
    }
}

impl From<RawLineItem> for RawDocumentLine {
    fn from(plain: RawLineItem) -> Self {
        Self {
            sku: plain.sku,
            unit_price: plain.unit_price,
            quantity: plain.quantity,
            ..Self::default()
        }
    }
}
