//! The tier discount: the tier's rate on the subtotal.
//!
//! | subtotal | tier | discount |
//! |---|---|---|
//! | 150 | gold, 15 % | 22.5 |
//! | 150 | silver, 5 % | 7.5 |
//! | 150 | a tier that is not listed | 0 |

use crate::error::PricingError;
use crate::money::Money;
use crate::rate::Rate;

/// What is taken off `subtotal` at `rate`.
pub(crate) fn tier_discount(subtotal: Money, rate: Rate) -> Result<Money, PricingError> {
    subtotal.times(rate.as_factor(), "tier discount")
}
