//! The tax: its rate on the taxable amount, which is what remains after both discounts.
//!
//! | taxable | tax at 8 % |
//! |---|---|
//! | 100 | 8 |
//! | 124.95 | 9.996 |

use crate::error::PricingError;
use crate::money::Money;
use crate::rate::Rate;

/// The tax on `taxable`.
pub(crate) fn tax(taxable: Money, rate: Rate) -> Result<Money, PricingError> {
    taxable.times(rate.as_factor(), "tax")
}
