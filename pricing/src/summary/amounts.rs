//! The sums of some of a book's invoices, step by step.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::SummaryError;
use super::sum::Sum;
use crate::quote::{Quote, QuotedTax};

/// The sums of some invoices.
///
/// subtotal − tier discount − loyalty discount − discount + charge = taxable, from which the tax is
/// taken off as well where prices include it; taxable + tax + late fee = total; total − prepaid + cash
/// rounding = due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amounts {
    /// How many, credit notes included.
    pub invoices: u64,
    /// How many of them are credit notes; their amounts count below zero.
    pub credit_notes: u64,
    /// How many of them have a late fee.
    pub late: u64,
    /// The line items.
    pub subtotal: Sum,
    /// What tiers take off.
    pub tier_discount: Sum,
    /// What membership takes off.
    pub loyalty_discount: Sum,
    /// The documents' own discounts.
    pub discount: Sum,
    /// The documents' charges.
    pub charge: Sum,
    /// What is left, without tax.
    pub taxable: Sum,
    /// The tax.
    pub tax: Sum,
    /// The late fees.
    pub late_fee: Sum,
    /// What the invoices come to.
    pub total: Sum,
    /// What is already paid.
    pub prepaid: Sum,
    /// What rounding to the smallest coin adds.
    pub cash_rounding: Sum,
    /// What the customers still pay.
    pub due: Sum,
}

/// The sums of one tax.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxAmounts {
    /// What bears it, without tax.
    pub base: Sum,
    /// The tax.
    pub tax: Sum,
}

impl Amounts {
    /// Nothing, shown with so many decimal places.
    pub(super) fn none(places: u32) -> Self {
        let mut amounts = Self::default();
        for sum in amounts.sums_mut() {
            *sum = Sum::zero(places);
        }
        amounts
    }

    pub(super) fn add(&mut self, quote: &Quote, is_credit: bool) -> Result<(), SummaryError> {
        let has_fee = !quote.late_fee.amount.is_zero();
        count(&mut self.invoices, 1)?;
        count(&mut self.credit_notes, u64::from(is_credit))?;
        count(&mut self.late, u64::from(has_fee))?;
        let amounts = [
            quote.subtotal.amount,
            quote.tier_discount.amount,
            quote.loyalty_discount.amount,
            quote.discount.amount,
            quote.charge.amount,
            quote.taxable.amount,
            quote.tax.amount,
            quote.late_fee.amount,
            quote.total.amount,
            quote.prepaid,
            quote.cash_rounding,
            quote.due,
        ];
        for (sum, amount) in self.sums_mut().into_iter().zip(amounts) {
            sum.add(if is_credit { -amount } else { amount });
        }
        Ok(())
    }

    pub(super) fn merge(&mut self, other: &Self) -> Result<(), SummaryError> {
        count(&mut self.invoices, other.invoices)?;
        count(&mut self.credit_notes, other.credit_notes)?;
        count(&mut self.late, other.late)?;
        for (sum, more) in self.sums_mut().into_iter().zip(other.sums()) {
            sum.merge(more);
        }
        Ok(())
    }

    fn sums(&self) -> [&Sum; 12] {
        [
            &self.subtotal,
            &self.tier_discount,
            &self.loyalty_discount,
            &self.discount,
            &self.charge,
            &self.taxable,
            &self.tax,
            &self.late_fee,
            &self.total,
            &self.prepaid,
            &self.cash_rounding,
            &self.due,
        ]
    }

    /// The same in the same order.
    fn sums_mut(&mut self) -> [&mut Sum; 12] {
        [
            &mut self.subtotal,
            &mut self.tier_discount,
            &mut self.loyalty_discount,
            &mut self.discount,
            &mut self.charge,
            &mut self.taxable,
            &mut self.tax,
            &mut self.late_fee,
            &mut self.total,
            &mut self.prepaid,
            &mut self.cash_rounding,
            &mut self.due,
        ]
    }
}

fn count(counter: &mut u64, more: u64) -> Result<(), SummaryError> {
    *counter = counter.checked_add(more).ok_or(SummaryError::TooMany)?;
    Ok(())
}

impl TaxAmounts {
    pub(super) fn none(places: u32) -> Self {
        Self {
            base: Sum::zero(places),
            tax: Sum::zero(places),
        }
    }

    pub(super) fn add(&mut self, tax: &QuotedTax, is_credit: bool) {
        let paid = |amount: Decimal| if is_credit { -amount } else { amount };
        self.base.add(paid(tax.base));
        self.tax.add(paid(tax.amount));
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.base.merge(&other.base);
        self.tax.merge(&other.tax);
    }
}
