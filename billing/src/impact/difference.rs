//! One invoice on both sides.

use pricing::Currency;

use super::rule::Move;
use super::units::Units;

/// An invoice with its totals before and after. Amounts are what the customer pays, so those of a
/// credit note are below zero.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The invoice.
    pub invoice_id: String,
    /// The customer's tier, where it is known.
    pub tier: Option<String>,
    /// The currency, where one is named.
    pub currency: Option<Currency>,
    /// The total before.
    pub before: Units,
    /// The total after.
    pub after: Units,
    /// After less before.
    pub amount: Units,
    /// The rules that moved, in the order in which they are applied; none in lists of totals.
    pub moves: Vec<Move>,
}

impl Difference {
    /// Whether anything differs, be it only the steps of an unchanged total.
    pub(crate) fn is_any(&self) -> bool {
        !self.amount.is_zero() || !self.moves.is_empty()
    }

    /// The rules that moved, for people.
    #[must_use]
    pub fn rules(&self) -> String {
        let names: Vec<&str> = self.moves.iter().map(|moved| moved.rule.name()).collect();
        names.join(", ")
    }
}
