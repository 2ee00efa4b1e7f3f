//! Pure, exact invoice pricing: subtotal → tier discount → loyalty discount → tax → late fee.
//!
//! An [`Invoice`] is valid by construction (one door: `TryFrom<RawInvoice>`). A [`PricingEngine`],
//! made from a [`Policy`], turns it into a [`Quote`] that names every step and explains every cent.
//!
//! ```
//! use pricing::{Invoice, PricingEngine};
//!
//! let invoice: Invoice = serde_json::from_str(
//!     r#"{"invoice_id":"INV-1","tier":"gold","loyalty_member":true,"days_overdue":45,
//!         "items":[{"sku":"A","unit_price":"40.00","quantity":3},
//!                  {"sku":"B","unit_price":15,"quantity":2}]}"#,
//! )?;
//! let quote = PricingEngine::standard().quote(&invoice)?;
//! assert_eq!(quote.tier_discount.amount.to_string(), "22.50");
//! assert_eq!(quote.total.amount.to_string(), "141.69");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Exact or an error
//! A result equals the rational-number computation, rounded once, at the end, half away from zero
//! to the minor unit; or a [`PricingError`] tells which limit was passed. No digit is lost in
//! silence, no input panics. The limits: a number that is read has at most 28 decimal places and an
//! absolute value, without its point, below 2^96 (28 digits always fit); every step is carried with
//! up to 38 digits ([`Money`]); a result must again fit a `Decimal`.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod adjustment;
mod allocation;
pub mod amount;
mod credit;
mod currency;
mod document;
mod engine;
mod error;
mod invoice;
pub mod kernel;
mod late_fee;
mod loyalty;
mod money;
mod party;
pub mod policy;
mod quote;
mod rate;
mod rounding;
mod rounding_report;
mod standard;
mod summary;
mod tax;
mod tax_codes;
mod tier;
mod trace;

pub use adjustment::{Adjustment, Size};
pub use allocation::{AllocationError, allocate};
pub use credit::{Credit, CreditError};
pub use currency::{Currency, CurrencyError};
pub use document::{
    Base, DocumentKind, PrecedingInvoice, RawAdjustment, RawDocument, RawDocumentLine, RawInvoice,
    RawLineItem, RawPrepayment,
};
pub use engine::{Applied, PricingEngine, TaxShare};
pub use error::{AmountError, InvoiceError, PricingError, Problem, RateError};
pub use invoice::{Invoice, LineItem};
pub use money::Money;
pub use party::Party;
pub use policy::{Policy, PolicyError, PolicyId, Timeline, TimelineError};
pub use quote::{Breakdown, Quote, QuotedLine, QuotedTax, Reason, Step};
pub use rate::Rate;
pub use rounding::{Rounding, RoundingMode, RoundingRule};
pub use rounding_report::{Moved, RoundingReport};
pub use standard::{
    add_late_fee, add_tax, apply_loyalty_discount, apply_tier_discount, calculate_invoice_total,
    calculate_subtotal,
};
pub use summary::{Amounts, BookSummary, CurrencySummary, Sum, SummaryError, TaxAmounts};
pub use tax_codes::{TaxCodes, TaxCodesError};
pub use trace::{Carrying, Entry, Formula, Operand, ReplayError, Trace};
