//! The loyalty discount: the members' rate on what remains after the tier discount.
//!
//! | after tier discount | member | discount at 2 % |
//! |---|---|---|
//! | 127.5 | yes | 2.55 |
//! | 127.5 | no | 0 |

use crate::error::PricingError;
use crate::money::Money;
use crate::rate::Rate;

/// What is taken off `after_tier_discount` for a member.
pub(crate) fn loyalty_discount(
    after_tier_discount: Money,
    is_member: bool,
    rate: Rate,
) -> Result<Money, PricingError> {
    if !is_member {
        return Ok(Money::ZERO);
    }
    after_tier_discount.times(rate.as_factor(), "loyalty discount")
}
