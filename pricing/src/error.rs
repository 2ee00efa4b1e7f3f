//! What can be wrong with an amount, a rate, an invoice or a computation.

use rust_decimal::Decimal;

use crate::currency::Currency;

/// A text that is not an exact decimal amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing stands where an amount must stand.
    #[error("the amount is empty (write a decimal number such as 40.00)")]
    Empty,
    /// The text has an exponent.
    #[error("{0:?} has an exponent (write all digits, such as 1000 for 1e3)")]
    Exponent(String),
    /// The text is a percentage.
    #[error(
        "{0:?} is a percentage (write a number without the sign; a rate as a fraction, 0.15 for 15 %)"
    )]
    Percent(String),
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

impl InvoiceError {
    pub(crate) fn at(field: &str, problem: Problem) -> Self {
        Self {
            field: field.to_owned(),
            problem,
        }
    }

    /// The same error, seen from the document that has the field in a list.
    pub(crate) fn within(self, list: &str, index: usize) -> Self {
        let point = if self.field.is_empty() { "" } else { "." };
        Self {
            field: format!("{list}[{index}]{point}{}", self.field),
            ..self
        }
    }
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
    /// Days overdue that no invoice can have.
    #[error(
        "{0} days overdue is out of range (allowed: whole days from 0 to {max}; an invoice that is not yet due has 0)",
        max = u32::MAX
    )]
    DaysOverdue(i64),
    /// A discount, charge or prepayment below zero.
    #[error(
        "amount {0} is below zero (allowed: 0 or more; a discount below zero is written as a charge, and the other way round)"
    )]
    NegativeAmount(Decimal),
    /// The rate of a discount or charge is none.
    #[error(transparent)]
    Rate(#[from] RateError),
    /// A discount or charge with both.
    #[error("a discount or charge has a rate or an amount, not both (split it in two)")]
    RateAndAmount,
    /// A discount or charge with neither.
    #[error("a discount or charge needs a rate (0.10 for 10 %) or an amount (5.00)")]
    NeitherRateNorAmount,
    /// A base on a fixed amount, which has none.
    #[error("a fixed amount has no base (leave base out, or give a rate)")]
    BaseOfAmount,
    /// A tax code on the discount of a line.
    #[error("a discount or charge of a line is taxed as the line is (set tax on the line instead)")]
    TaxOfLineAdjustment,
    /// An invoice that credits another.
    #[error(
        "only a credit note takes an invoice back (add \"kind\": \"credit-note\", or name the invoice in preceding_invoices)"
    )]
    CreditsOfInvoice,
    /// A credit note for nothing.
    #[error("the credited invoice's identifier is empty (write it, or leave credits out)")]
    EmptyCredits,
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
    /// A tax code that the policy does not list.
    #[error("tax code {code:?} is not in the policy (allowed: {allowed})")]
    UnknownTaxCode {
        /// The code on the invoice.
        code: String,
        /// The codes of the policy.
        allowed: String,
    },
    /// A policy with fixed amounts meets an invoice in another currency.
    #[error(
        "the invoice is in {invoice}, but the policy has fixed amounts in {policy} (use a policy for {invoice})"
    )]
    OtherCurrency {
        /// The invoice's currency.
        invoice: Currency,
        /// The policy's currency.
        policy: Currency,
    },
}
