//! The tax: its rate of the taxable amount, or the part of a price that is tax already.
//!
//! | amount | rate | prices include tax | tax |
//! |---|---|---|---|
//! | 100 | 8 % | no | 8 |
//! | 124.95 | 8 % | no | 9.996 |
//! | 121 | 21 % | yes | 21 |

use crate::error::PricingError;
use crate::money::Money;
use crate::rate::Rate;

/// The tax on `taxable`.
pub(crate) fn tax(taxable: Money, rate: Rate) -> Result<Money, PricingError> {
    taxable.times(rate.as_factor(), "tax")
}

/// The tax at `rate` inside `gross`, which bears taxes of `all_rates` together.
pub(crate) fn tax_included(
    gross: Money,
    rate: Rate,
    all_rates: Money,
) -> Result<Money, PricingError> {
    let with_tax = Money::ONE.plus(all_rates, "tax")?;
    tax(gross, rate)?.divided_by(with_tax, "tax")
}

/// What `gross` is without its taxes of `all_rates` together.
pub(crate) fn without_tax(gross: Money, all_rates: Money) -> Result<Money, PricingError> {
    gross.divided_by(Money::ONE.plus(all_rates, "tax")?, "tax")
}
