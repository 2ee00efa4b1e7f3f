//! The shell around [`pricing`]: invoice files in, quotes and totals out, invoices kept and charged.
//!
//! The data's way: a [`read::Book`] turns files into invoices, one at a time and in flat memory; a
//! [`pricing::PricingEngine`] prices them; [`write`] shows them, complete or not at all.
#![forbid(unsafe_code)]

pub mod cli;
mod error;
pub mod read;
mod suggest;
pub mod write;

pub use error::{BadInput, Error};
