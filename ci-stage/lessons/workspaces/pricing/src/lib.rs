//! The course's pricing in whole numbers: an amount is hundredths of a cent, a rate is percent.

/// The discount of each tier, on the subtotal. A tier that is not listed earns none.
pub const TIER_DISCOUNTS: &[(&str, i64)] = &[("gold", 15), ("silver", 5)];

/// The discount of loyalty members, on what remains after the tier discount.
pub const LOYALTY_DISCOUNT_RATE: i64 = 2;

/// The tax, on the amount after both discounts.
pub const TAX_RATE: i64 = 8;

/// The late fee, on the amount after tax.
pub const LATE_FEE_RATE: i64 = 5;

/// The late fee is due when an invoice is strictly more than this many days overdue.
pub const LATE_FEE_THRESHOLD_DAYS: u32 = 30;

/// The subject of the e-mail that reminds of an invoice.
pub const REMINDER_SUBJECT: &str = "Your invocie is due";

/// An invoice as it is priced.
pub struct Invoice<'a> {
    pub items: &'a [(i64, i64)],
    pub tier: &'a str,
    pub loyalty_member: bool,
    pub days_overdue: u32,
}

pub fn calculate_subtotal(items: &[(i64, i64)]) -> i64 {
    items.iter().map(|(price, quantity)| price * quantity).sum()
}

pub fn apply_tier_discount(amount: i64, tier: &str) -> i64 {
    let row = TIER_DISCOUNTS.iter().find(|(name, _)| *name == tier);
    amount - percent(amount, row.map_or(0, |(_, rate)| *rate))
}

pub fn apply_loyalty_discount(amount: i64, is_member: bool) -> i64 {
    if is_member {
        amount - percent(amount, LOYALTY_DISCOUNT_RATE)
    } else {
        amount
    }
}

pub fn add_tax(amount: i64) -> i64 {
    amount + percent(amount, TAX_RATE)
}

pub fn add_late_fee(amount: i64, days_overdue: u32) -> i64 {
    if days_overdue > LATE_FEE_THRESHOLD_DAYS {
        amount + percent(amount, LATE_FEE_RATE)
    } else {
        amount
    }
}

/// The total in cents, rounded once, at the end.
pub fn calculate_invoice_total(invoice: &Invoice) -> i64 {
    let subtotal = calculate_subtotal(invoice.items);
    let discounted = apply_tier_discount(subtotal, invoice.tier);
    let discounted = apply_loyalty_discount(discounted, invoice.loyalty_member);
    let due = add_late_fee(add_tax(discounted), invoice.days_overdue);
    (due + 50) / 100
}

fn percent(amount: i64, rate: i64) -> i64 {
    amount * rate / 100
}
