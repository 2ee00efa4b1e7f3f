//! An independent oracle: the price list in words, computed with exact fractions.
//!
//! It shares no code and no constant with `pricing`, so a mistake there cannot hide here.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Signed;
use pricing::{Invoice, Money};
use rust_decimal::Decimal;

/// `decimal` as a fraction.
#[must_use]
pub fn fraction(decimal: Decimal) -> BigRational {
    let denominator = BigInt::from(10).pow(decimal.scale());
    BigRational::new(decimal.mantissa().into(), denominator)
}

/// An exact amount as a fraction, through its displayed digits.
#[must_use]
pub fn shown_fraction(money: Money) -> BigRational {
    let text = money.to_string();
    let (decimal, divisor) = text.split_once('/').unwrap_or((&text, "1"));
    let (whole, places) = decimal.split_once('.').unwrap_or((decimal, ""));
    let number = |digits: &str| BigInt::parse_bytes(digits.as_bytes(), 10).unwrap_or_default();
    let denominator = places.bytes().fold(number(divisor), |power, _| power * 10);
    BigRational::new(number(&format!("{whole}{places}")), denominator)
}

fn percent(number: i64) -> BigRational {
    BigRational::new(number.into(), 100.into())
}

/// The amounts of an invoice as fractions, before any rounding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// The sum of unit price × quantity.
    pub subtotal: BigRational,
    /// 15 % for gold, 5 % for silver, on the subtotal.
    pub tier_discount: BigRational,
    /// 2 % for members, on what remains.
    pub loyalty_discount: BigRational,
    /// What remains after both.
    pub taxable: BigRational,
    /// 8 % of it.
    pub tax: BigRational,
    /// 5 % of the taxed amount, past 30 days.
    pub late_fee: BigRational,
    /// The sum.
    pub total: BigRational,
}

/// The standard price of `invoice`.
#[must_use]
pub fn steps(invoice: &Invoice) -> Steps {
    let nets = invoice
        .items()
        .iter()
        .map(|item| fraction(item.unit_price()) * fraction(item.quantity()));
    let subtotal: BigRational = nets.sum();
    let tier_discount = &subtotal
        * percent(match invoice.tier() {
            "gold" => 15,
            "silver" => 5,
            _ => 0,
        });
    let after_tier = &subtotal - &tier_discount;
    let loyalty_discount = &after_tier * percent(if invoice.is_loyalty_member() { 2 } else { 0 });
    let taxable = after_tier - &loyalty_discount;
    let tax = &taxable * percent(8);
    let after_tax = &taxable + &tax;
    let late_fee = &after_tax * percent(if invoice.days_overdue() > 30 { 5 } else { 0 });
    Steps {
        total: after_tax + &late_fee,
        subtotal,
        tier_discount,
        loyalty_discount,
        taxable,
        tax,
        late_fee,
    }
}

/// `amount` rounded half away from zero to whole cents, as a fraction.
#[must_use]
pub fn rounded_to_cents(amount: &BigRational) -> BigRational {
    let hundred = BigRational::from_integer(100.into());
    let half = BigRational::new(1.into(), 2.into());
    let cents = (amount.abs() * &hundred + half).floor();
    cents * amount.signum() / hundred
}
