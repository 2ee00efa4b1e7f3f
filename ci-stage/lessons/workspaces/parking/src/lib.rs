//! What parking costs, in cents.

/// The first minutes are free.
pub const FREE_MINUTES: u32 = 15;

/// Each hour that has begun.
pub const HOUR_CENTS: u32 = 250;

/// A day costs no more than this.
pub const DAY_LIMIT_CENTS: u32 = 1_800;

/// The fee for some minutes of one day.
pub fn fee(minutes: u32) -> u32 {
    if minutes <= FREE_MINUTES {
        return 0;
    }
    let hours = minutes.div_ceil(60);
    let fee = hours * HOUR_CENTS;
    fee.min(DAY_LIMIT_CENTS)
}
