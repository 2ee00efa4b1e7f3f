//! Which rule of a price moved: the steps of two quotes of one invoice, side by side.

use pricing::{Quote, Step};
use serde::{Deserialize, Serialize};

use super::units::Units;

/// The rules in the order in which they are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The line items with their own discounts and charges.
    Lines,
    /// The tier's discount.
    TierDiscount,
    /// The loyalty discount.
    LoyaltyDiscount,
    /// The document's own discounts.
    Discounts,
    /// The document's charges.
    Charges,
    /// The tax, and where prices include it what is taken out of them.
    Tax,
    /// The late fee.
    LateFee,
    /// Rounding, where no exact step tells the difference.
    Rounding,
}

impl Rule {
    pub(super) const ALL: [Self; 8] = [
        Self::Lines,
        Self::TierDiscount,
        Self::LoyaltyDiscount,
        Self::Discounts,
        Self::Charges,
        Self::Tax,
        Self::LateFee,
        Self::Rounding,
    ];

    /// The rule's name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::TierDiscount => "tier discount",
            Self::LoyaltyDiscount => "loyalty discount",
            Self::Discounts => "discounts",
            Self::Charges => "charges",
            Self::Tax => "tax",
            Self::LateFee => "late fee",
            Self::Rounding => "rounding",
        }
    }
}

/// What one rule did to one invoice: by how much it changed the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The rule.
    pub rule: Rule,
    /// What it adds to the total; the moves of an invoice add up to its difference.
    pub amount: Units,
}

/// The steps that differ between two quotes of one invoice, in the order of the rules; `None` when a
/// sum is longer than 38 digits. `difference` is that of the totals.
///
/// A step moves when its exact amount does. What the shown amounts differ by besides, so that they
/// still add up, is rounding's.
pub(super) fn moves(before: &Quote, after: &Quote, difference: Units) -> Option<Vec<Move>> {
    let mut moves = Vec::new();
    let mut rest = difference;
    let mut is_shown_moved = !difference.is_zero();
    for rule in Rule::ALL {
        let Some((old, new, sign)) = steps(rule, before, after) else {
            continue;
        };
        let shown = Units::of(new.amount)?.minus(Units::of(old.amount)?)?;
        is_shown_moved |= !shown.is_zero();
        if old.exact == new.exact {
            continue;
        }
        let amount = match sign {
            Sign::Added => shown,
            Sign::TakenOff => shown.negated(),
            // Included tax is taken out of the prices first, so its amount does not tell its effect.
            Sign::Rest => Units::default(),
        };
        rest = rest.minus(amount)?;
        moves.push(Move { rule, amount });
    }
    let is_rounding_alone = moves.is_empty() && is_shown_moved;
    match moves.iter_mut().find(|moved| moved.rule == Rule::Tax) {
        Some(tax) => tax.amount = rest,
        None if rest.is_zero() && !is_rounding_alone => {}
        None => moves.push(Move {
            rule: Rule::Rounding,
            amount: rest,
        }),
    }
    Some(moves)
}

enum Sign {
    Added,
    TakenOff,
    Rest,
}

fn steps<'a>(
    rule: Rule,
    before: &'a Quote,
    after: &'a Quote,
) -> Option<(&'a Step, &'a Step, Sign)> {
    Some(match rule {
        Rule::Lines => (&before.subtotal, &after.subtotal, Sign::Added),
        Rule::TierDiscount => (&before.tier_discount, &after.tier_discount, Sign::TakenOff),
        Rule::LoyaltyDiscount => (
            &before.loyalty_discount,
            &after.loyalty_discount,
            Sign::TakenOff,
        ),
        Rule::Discounts => (&before.discount, &after.discount, Sign::TakenOff),
        Rule::Charges => (&before.charge, &after.charge, Sign::Added),
        Rule::Tax => (&before.tax, &after.tax, Sign::Rest),
        Rule::LateFee => (&before.late_fee, &after.late_fee, Sign::Added),
        Rule::Rounding => return None,
    })
}
