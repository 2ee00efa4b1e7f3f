//! Amounts as gateways take them: whole minor units.

use pricing::policy::MINOR_UNIT_PLACES;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::GatewayError;

/// Above this a typing error is likelier than a price.
const MINOR_UNITS_MAX: i64 = 99_999_999_999_999;

/// A number of minor units (14169 for 141.69), not below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MinorUnits(i64);

impl MinorUnits {
    /// The number itself, as SQL stores it.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }

    /// From a stored number.
    #[must_use]
    pub fn new(units: i64) -> Option<Self> {
        (0..=MINOR_UNITS_MAX)
            .contains(&units)
            .then_some(Self(units))
    }

    /// The amount in major units, with all its places.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, MINOR_UNIT_PLACES)
    }
}

impl TryFrom<Decimal> for MinorUnits {
    type Error = GatewayError;

    fn try_from(total: Decimal) -> Result<Self, GatewayError> {
        let exact = total.normalize();
        let units = MINOR_UNIT_PLACES
            .checked_sub(exact.scale())
            .and_then(|missing| {
                let units = exact.mantissa().checked_mul(10_i128.pow(missing))?;
                Self::new(i64::try_from(units).ok()?)
            });
        units.ok_or(GatewayError::AmountTooLarge { total })
    }
}

impl Serialize for MinorUnits {
    /// In major units, as text.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.to_decimal())
    }
}

#[cfg(test)]
mod tests {
    use super::MinorUnits;
    use rust_decimal::dec;

    #[test]
    fn a_total_is_counted_in_minor_units_or_refused() {
        let units = |total| MinorUnits::try_from(total).ok().map(MinorUnits::get);
        assert_eq!(units(dec!(141.69)), Some(14169));
        assert_eq!(units(dec!(7.5)), Some(750));
        assert_eq!(units(dec!(8.000)), Some(800));
        assert_eq!(units(dec!(0.001)), None);
        assert_eq!(units(dec!(-1)), None);
        assert_eq!(units(dec!(999999999999.99)), Some(99_999_999_999_999));
        assert_eq!(units(dec!(1000000000000)), None);
    }
}
