//! What tickets cost, in cents.

/// An adult.
pub const ADULT_CENTS: u32 = 1_200;

/// The first child.
pub const CHILD_CENTS: u32 = 600;

/// Every further child, in percent of the first.
pub const FURTHER_CHILD_PERCENT: u32 = 50;

/// The price for a family.
pub fn price_cents(adults: u32, children: u32) -> u32 {
    let further = children.saturating_sub(1) * CHILD_CENTS * FURTHER_CHILD_PERCENT / 100;
    adults * ADULT_CENTS + children.min(1) * CHILD_CENTS + further
}
