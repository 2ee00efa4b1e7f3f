//! A book cut into chunks, filtered one by one and merged: as if it had been priced whole, or refused.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

mod book;
mod filter;
#[path = "../reading/mod.rs"]
mod reading;
mod refused;
mod sums;
mod whole;
