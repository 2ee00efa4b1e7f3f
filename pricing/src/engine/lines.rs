//! Line items: unit price × quantity, less the line's discounts, plus its charges.

use crate::adjustment::{Adjustment, in_order};
use crate::error::PricingError;
use crate::invoice::LineItem;
use crate::money::Money;
use crate::policy::Overdiscount;
use crate::rounding::{Derived, Precision};

/// The amounts of one line item.
#[derive(Clone, Debug)]
pub(crate) struct LineAmounts {
    pub(crate) gross: Derived,
    /// In the order of the document, as the charges are.
    pub(crate) discounts: Vec<Derived>,
    pub(crate) charges: Vec<Derived>,
    pub(crate) net: Money,
}

/// The amounts of `item`.
pub(crate) fn amounts(
    item: &LineItem,
    precision: Precision,
    overdiscount: Overdiscount,
) -> Result<LineAmounts, PricingError> {
    let gross = precision.carry(gross(item)?, "line item")?;
    let mut net = gross.carried;
    let discounts = each(item.discounts(), |_, discount| {
        let step = "line discount";
        let exact = discount.size.exact(gross.carried, net, step)?;
        let taken = precision.carry(exact, step)?;
        let taken = capped(taken, net, overdiscount)?;
        net = net.minus(taken.carried, step)?;
        Ok(taken)
    })?;
    let charges = each(item.charges(), |_, charge| {
        let step = "line charge";
        let exact = charge.size.exact(gross.carried, net, step)?;
        let added = precision.carry(exact, step)?;
        net = net.plus(added.carried, step)?;
        Ok(added)
    })?;
    Ok(LineAmounts {
        gross,
        discounts,
        charges,
        net,
    })
}

/// The exact unit price × quantity of one line item.
fn gross(item: &LineItem) -> Result<Money, PricingError> {
    Money::from(item.unit_price()).times(item.quantity().into(), "line item")
}

/// The exact sum of unit price × quantity.
pub(crate) fn subtotal(items: &[LineItem]) -> Result<Money, PricingError> {
    let nets: Vec<Money> = items.iter().map(gross).collect::<Result<_, _>>()?;
    Money::sum(nets.into_iter(), "subtotal")
}

/// The amounts of `adjustments`, computed in the order in which they apply and returned in the order
/// of the document.
pub(super) fn each<'a>(
    adjustments: &'a [Adjustment],
    mut amount: impl FnMut(usize, &'a Adjustment) -> Result<Derived, PricingError>,
) -> Result<Vec<Derived>, PricingError> {
    let mut amounts = vec![Derived::ZERO; adjustments.len()];
    for (index, adjustment) in in_order(adjustments) {
        amounts[index] = amount(index, adjustment)?;
    }
    Ok(amounts)
}

/// A discount that takes no more than is left, unless the policy allows it. What is left below zero
/// can only be made smaller by a part of itself.
pub(super) fn capped(
    discount: Derived,
    left: Money,
    overdiscount: Overdiscount,
) -> Result<Derived, PricingError> {
    if overdiscount == Overdiscount::Allowed {
        return Ok(discount);
    }
    let same_side = discount.carried.is_negative() == left.is_negative();
    let limit = if same_side { left } else { Money::ZERO };
    let beyond = discount.carried.minus(limit, "discount")?;
    let exceeds = !beyond.is_zero() && beyond.is_negative() == discount.carried.is_negative();
    let held = Derived {
        capped: true,
        ..Derived::as_is(limit)
    };
    Ok(if exceeds { held } else { discount })
}
