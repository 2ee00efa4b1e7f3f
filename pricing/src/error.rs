//! What can be wrong with an amount, a rate, an invoice or a computation.

use rust_decimal::Decimal;

/// A text that is not an exact decimal amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing stands where an amount must stand.
    #[error("the amount is empty (write a decimal number such as 40.00)")]
    Empty,
    /// The text has an exponent.
    #[error("{0:?} has an exponent (write all digits, such as 1000 for 1e3)")]
    Exponent(String),
    /// The text is not of the form `-?digits[.digits]`.
    #[error(
        "{0:?} is not a decimal number (allowed: digits, one point with digits on both sides, a leading minus; such as 40.00)"
    )]
    NotADecimal(String),
    /// The number has more digits than can be kept exactly.
    #[error(
        "{0} has too many digits to be kept exactly (allowed: 28 digits, at most 28 of them after the point)"
    )]
    TooManyDigits(String),
    /// The number reached this program as a binary float, so its digits are already lost.
    #[error("{0} arrived as a binary float, which cannot hold money exactly (write it as a text)")]
    Float(String),
}

/// A number that cannot be a rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateError {
    /// Below zero.
    #[error("rate {0} is below zero (allowed: 0 to 1)")]
    Negative(Decimal),
    /// Above one: most likely a percentage.
    #[error(
        "rate {rate} is above 1 (allowed: 0 to 1; {rate} % is written {})",
        (rate / Decimal::ONE_HUNDRED).normalize()
    )]
    AboveOne {
        /// The number as it was given.
        rate: Decimal,
    },
}

/// An invoice that cannot be accepted: which field, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct InvoiceError {
    /// The path of the field, such as `items[1].unit_price`.
    pub field: String,
    /// What is wrong with it and what is allowed.
    pub problem: Problem,
}

/// What is wrong with a field of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The invoice has no identifier.
    #[error("the invoice identifier is empty (give each invoice its own, such as INV-1)")]
    EmptyId,
    /// A unit price below zero.
    #[error("unit price {0} is below zero (use a credit note instead)")]
    NegativeUnitPrice(Decimal),
    /// A quantity below zero.
    #[error("quantity {0} is below zero (use a credit note instead)")]
    NegativeQuantity(Decimal),
    /// Days overdue that no invoice can have.
    #[error(
        "{0} days overdue is out of range (allowed: whole days from 0 to {max}; an invoice that is not yet due has 0)",
        max = u32::MAX
    )]
    DaysOverdue(i64),
}

/// A computation whose exact result does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// A step needs more digits than are carried.
    #[error(
        "{step}: the exact amount needs more than 38 digits (allowed: 38; shorten the amounts or split the invoice)"
    )]
    StepTooLong {
        /// The step at which it happened, such as `subtotal`.
        step: &'static str,
    },
    /// A result does not fit the 96 bits of a decimal number.
    #[error(
        "{step}: {value} does not fit a decimal number (allowed: 28 digits, at most 28 of them after the point; split the invoice)"
    )]
    ResultTooLong {
        /// The step whose result it is, such as `total`.
        step: &'static str,
        /// The exact amount, all digits.
        value: String,
    },
}
