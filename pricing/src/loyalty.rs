//! The loyalty discount: the members' rate of what remains after the tier discount, unless the
//! policy states another base.
//!
//! | after tier discount | member | discount at 2 % |
//! |---|---|---|
//! | 127.5 | yes | 2.55 |
//! | 127.5 | no | 0 |

use crate::adjustment::Size;
use crate::policy::Policy;
use crate::rate::Rate;

/// What a member earns; who is none earns nothing.
pub(crate) fn loyalty_discount(policy: &Policy, is_member: bool) -> Size {
    let listed = policy.loyalty;
    let rate = if is_member { listed.rate } else { Rate::ZERO };
    Size::Rate(rate, listed.base)
}
