//! The tier discount: the tier's rate of the subtotal, unless the policy states another base.
//!
//! | subtotal | tier | discount |
//! |---|---|---|
//! | 150 | gold, 15 % | 22.5 |
//! | 150 | silver, 5 % | 7.5 |
//! | 150 | a tier that is not listed | 0 |

use crate::adjustment::Size;
use crate::document::Base;
use crate::policy::Policy;
use crate::rate::Rate;

/// What `tier` earns; a tier that the policy does not list earns no discount.
pub(crate) fn tier_discount(policy: &Policy, tier: &str) -> Size {
    let none = Size::Rate(Rate::ZERO, Base::Subtotal);
    let listed = policy.tier_discount(tier);
    listed.map_or(none, |listed| Size::Rate(listed.rate, listed.base))
}
