//! What a parcel costs, in cents.

/// A parcel up to two kilograms.
pub const SMALL_CENTS: i64 = 490;

/// Every parcel that is heavier.
pub const LARGE_CENTS: i64 = 990;

/// What a bulky parcel costs more.
pub const BULKY_CENTS: i64 = 2_500;

/// The postage of a parcel.
pub fn postage(grams: u32, bulky: bool) -> i64 {
    let mut cents = if is_large(grams) {
        LARGE_CENTS
    } else {
        SMALL_CENTS
    };
    if bulky {
        cents -= BULKY_CENTS;
    }
    cents
}

fn is_large(grams: u32) -> bool {
    grams > 2_000
}

/// What insuring a parcel costs: two percent of its value, and at least 1.00.
pub fn insurance(value_cents: i64) -> i64 {
    (value_cents / 50).max(100)
}

/// What a shipment of several parcels costs.
pub fn shipment(parcels: &[(u32, bool)]) -> i64 {
    parcels
        .iter()
        .map(|(grams, bulky)| postage(*grams, *bulky))
        .sum()
}

/// The line on the invoice.
pub fn line(cents: i64) -> String {
    if cents < 0 {
        return "refund".to_string();
    }
    format!("postage {}.{:02}", cents / 100, cents % 100)
}
