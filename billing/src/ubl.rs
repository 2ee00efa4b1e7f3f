//! Invoices as UBL 2.1 in the shape of EN 16931, out and in: what accountants exchange.
//!
//! What the norm knows is written: parties, lines, discounts, charges, taxes by category and rate,
//! prepayments. What only a policy knows (tier, membership, late fee) is written as the discount or
//! charge that it came to, so a document that is read back costs the same.

use pricing::{Currency, DocumentKind, PricingError};
use rust_decimal::Decimal;

mod element;
mod read;
mod read_facts;
mod read_parts;
mod required;
mod stated;
mod taxes;
mod totals;
mod write;

pub(crate) use read::read;
pub(crate) use read_parts::Fault;
pub use write::document;

const INVOICE: &str = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2";
const CREDIT_NOTE: &str = "urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2";
const AGGREGATE: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
const BASIC: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";

/// The unit of a quantity that names none: one.
const UNIT_ONE: &str = "C62";

/// The names by which invoice and credit note differ.
struct Names {
    root: &'static str,
    namespace: &'static str,
    type_code: &'static str,
    type_value: &'static str,
    line: &'static str,
    quantity: &'static str,
}

impl Names {
    fn of(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Invoice => Self {
                root: "Invoice",
                namespace: INVOICE,
                type_code: "InvoiceTypeCode",
                type_value: "380",
                line: "InvoiceLine",
                quantity: "InvoicedQuantity",
            },
            DocumentKind::CreditNote => Self {
                root: "CreditNote",
                namespace: CREDIT_NOTE,
                type_code: "CreditNoteTypeCode",
                type_value: "381",
                line: "CreditNoteLine",
                quantity: "CreditedQuantity",
            },
        }
    }
}

/// Why an invoice cannot be written as UBL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UblError {
    /// A fact that every document of the norm has.
    #[error("{0} is missing, but EN 16931 requires it (add it to the invoice)")]
    Missing(&'static str),
    /// A currency whose amounts the norm cannot show.
    #[error(
        "amounts in {0} have {places} decimal places, but EN 16931 shows two at most",
        places = .0.minor_unit_places()
    )]
    TooManyPlaces(Currency),
    /// What bears no tax at all beside what bears one.
    #[error(
        "what is outside the scope of the tax (category O) stands alone on a document of EN 16931 (write two documents)"
    )]
    OutsideBesideOthers,
    /// Amounts that are not rounded one by one.
    #[error(
        "EN 16931 rounds every amount that it shows (price under a policy with rounding.rule = \"shown-amounts\")"
    )]
    OtherRounding,
    /// Prices that include tax.
    #[error(
        "EN 16931 knows prices without tax only (write them without, and prices_include_tax = false)"
    )]
    PricesIncludeTax,
    /// Several taxes on one amount.
    #[error("tax codes {0}: EN 16931 allows one tax on an amount (give the line one code)")]
    SeveralTaxes(String),
    /// Two tax codes that a reader could not tell apart.
    #[error(
        "tax codes {0} and {1} have one category and one rate, which EN 16931 takes together (use one code for both)"
    )]
    SameTax(String, String),
    /// A document from which a reader would compute other amounts.
    #[error(
        "read back from EN 16931 it would come to {found} instead of {total} (its discounts leave less than nothing of a tax code)"
    )]
    Changes {
        /// The total.
        total: Decimal,
        /// The total that a reader gets.
        found: String,
    },
    /// The invoice has no price.
    #[error(transparent)]
    Pricing(#[from] PricingError),
    /// The text could not be written.
    #[error("writing XML failed: {0}")]
    Xml(String),
}
