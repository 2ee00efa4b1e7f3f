//! The course's six functions: one step each, under the standard policy.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use crate::engine::PricingEngine;
use crate::error::PricingError;
use crate::invoice::{Invoice, LineItem};
use crate::money::Money;
use crate::tax_codes::STANDARD as STANDARD_CODE;
use crate::{late_fee, loyalty, tax, tier};

static STANDARD: LazyLock<PricingEngine> =
    LazyLock::new(|| PricingEngine::new(crate::Policy::standard()));

impl PricingEngine {
    /// The engine of the [standard policy](crate::Policy::standard), made once.
    #[must_use]
    pub fn standard() -> &'static Self {
        &STANDARD
    }
}

/// The sum of unit price × quantity over all line items, exact.
///
/// ```
/// # use pricing::{LineItem, calculate_subtotal};
/// # use rust_decimal::dec;
/// let items = [LineItem::new("A", dec!(40), dec!(3))?, LineItem::new("B", dec!(15), dec!(2))?];
/// assert_eq!(calculate_subtotal(&items)?, dec!(150));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn calculate_subtotal(items: &[LineItem]) -> Result<Decimal, PricingError> {
    crate::engine::subtotal(items)?.to_decimal("subtotal")
}

/// The amount after the discount of `tier`, exact; a tier that is not listed earns none.
///
/// ```
/// # use pricing::apply_tier_discount;
/// # use rust_decimal::dec;
/// assert_eq!(apply_tier_discount(dec!(200), "silver")?, dec!(190));
/// assert_eq!(apply_tier_discount(dec!(200), "no such tier")?, dec!(200));
/// # Ok::<(), pricing::PricingError>(())
/// ```
pub fn apply_tier_discount(amount: Decimal, tier: &str) -> Result<Decimal, PricingError> {
    let step = "tier discount";
    let amount = Money::from(amount);
    let discount = tier::tier_discount(STANDARD.policy(), tier).exact(amount, amount, step)?;
    amount.minus(discount, step)?.to_decimal(step)
}

/// The amount after the loyalty discount, exact; only members earn it.
///
/// ```
/// # use pricing::apply_loyalty_discount;
/// # use rust_decimal::dec;
/// assert_eq!(apply_loyalty_discount(dec!(100), true)?, dec!(98));
/// # Ok::<(), pricing::PricingError>(())
/// ```
pub fn apply_loyalty_discount(amount: Decimal, is_member: bool) -> Result<Decimal, PricingError> {
    let step = "loyalty discount";
    let amount = Money::from(amount);
    let discount = loyalty::loyalty_discount(STANDARD.policy(), is_member);
    let discount = discount.exact(amount, amount, step)?;
    amount.minus(discount, step)?.to_decimal(step)
}

/// The amount with tax added, exact.
///
/// ```
/// # use pricing::add_tax;
/// # use rust_decimal::dec;
/// assert_eq!(add_tax(dec!(124.95))?, dec!(134.946));
/// # Ok::<(), pricing::PricingError>(())
/// ```
pub fn add_tax(amount: Decimal) -> Result<Decimal, PricingError> {
    let amount = Money::from(amount);
    let standard = STANDARD.policy().tax_rate(STANDARD_CODE)?;
    let tax = tax::tax(amount, standard.rate)?;
    amount.plus(tax, "tax")?.to_decimal("tax")
}

/// The amount with the late fee added, exact; due when strictly more than
/// [`LATE_FEE_THRESHOLD_DAYS`](crate::policy::LATE_FEE_THRESHOLD_DAYS) overdue.
///
/// ```
/// # use pricing::add_late_fee;
/// # use rust_decimal::dec;
/// assert_eq!(add_late_fee(dec!(100), 45)?, dec!(105));
/// # Ok::<(), pricing::PricingError>(())
/// ```
pub fn add_late_fee(amount: Decimal, days_overdue: u32) -> Result<Decimal, PricingError> {
    let amount = Money::from(amount);
    let fee = match &STANDARD.policy().late_fee {
        Some(rule) => late_fee::late_fee(amount, days_overdue, rule)?,
        None => Money::ZERO,
    };
    amount.plus(fee, "late fee")?.to_decimal("late fee")
}

/// The total of an invoice: all five steps, rounded once, at the end, half away from zero to the
/// minor unit.
pub fn calculate_invoice_total(invoice: &Invoice) -> Result<Decimal, PricingError> {
    STANDARD.total(invoice)
}
