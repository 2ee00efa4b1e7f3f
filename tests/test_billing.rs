//! Charging with the fake gateway: at most once, whatever the gateway does.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what fails here fails the test"
)]

#[path = "billing/charging.rs"]
mod charging;
#[path = "billing/keeping.rs"]
mod keeping;
#[path = "billing/keys.rs"]
mod keys;
#[path = "billing/late_fees.rs"]
mod late_fees;
#[path = "billing/refunds.rs"]
mod refunds;
#[path = "billing/shop.rs"]
mod shop;
#[path = "billing/unknown.rs"]
mod unknown;
