//! The published cases: what they say, and how it is written in Ledgerly's own words.

pub(crate) mod allocations;
pub(crate) mod invoices;
