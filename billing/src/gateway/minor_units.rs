//! Amounts as gateways take them: whole minor units of a currency.

use std::fmt;

use pricing::Currency;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::GatewayError;

/// Above this a typing error is likelier than a price.
pub(super) const MINOR_UNITS_MAX: i64 = 99_999_999_999_999;

/// A number of minor units (14169 for 141.69 dollars, 142 for 142 yen), not below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinorUnits {
    units: i64,
    currency: Currency,
}

impl MinorUnits {
    /// The number itself, as SQL stores it.
    #[must_use]
    pub fn get(self) -> i64 {
        self.units
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// From a stored number.
    #[must_use]
    pub fn new(units: i64, currency: Currency) -> Option<Self> {
        (0..=MINOR_UNITS_MAX)
            .contains(&units)
            .then_some(Self { units, currency })
    }

    /// The amount in major units, with all its places.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.units, self.currency.minor_unit_places())
    }

    /// An amount in major units; an error when it is below zero, too large, or has more places than
    /// the currency.
    pub fn of_amount(amount: Decimal, currency: Currency) -> Result<Self, GatewayError> {
        let units = counted(amount, currency).and_then(|units| Self::new(units, currency));
        units.ok_or(GatewayError::NotChargeable { amount, currency })
    }
}

/// The number of minor units in `amount`; `None` when it is not whole, or beyond what SQL counts.
pub(crate) fn counted(amount: Decimal, currency: Currency) -> Option<i64> {
    let exact = amount.normalize();
    let missing = currency.minor_unit_places().checked_sub(exact.scale())?;
    let units = exact
        .mantissa()
        .checked_mul(10_i128.checked_pow(missing)?)?;
    i64::try_from(units).ok()
}

impl fmt::Display for MinorUnits {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_decimal().fmt(formatter)
    }
}

impl Serialize for MinorUnits {
    /// In major units, as text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::MinorUnits;
    use rust_decimal::dec;

    #[test]
    fn a_total_is_counted_in_minor_units_or_refused() {
        let counted = |total, currency: &str| {
            let currency = currency.parse().unwrap();
            MinorUnits::of_amount(total, currency)
                .ok()
                .map(MinorUnits::get)
        };
        assert_eq!(counted(dec!(141.69), "USD"), Some(14169));
        assert_eq!(counted(dec!(7.5), "EUR"), Some(750));
        assert_eq!(counted(dec!(8.000), "USD"), Some(800));
        assert_eq!(counted(dec!(142), "JPY"), Some(142));
        assert_eq!(counted(dec!(1.234), "KWD"), Some(1234));
        assert_eq!(counted(dec!(0.001), "USD"), None);
        assert_eq!(counted(dec!(1.5), "JPY"), None);
        assert_eq!(counted(dec!(-1), "USD"), None);
        assert_eq!(
            counted(dec!(999999999999.99), "USD"),
            Some(99_999_999_999_999)
        );
        assert_eq!(counted(dec!(1000000000000), "USD"), None);
    }
}
