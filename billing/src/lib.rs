//! The shell around [`pricing`]: invoice files in, quotes and totals out, invoices kept and charged.
//!
//! The data's way: a [`read::Book`] turns files into invoices, one at a time and in flat memory; a
//! [`pricing::PricingEngine`] prices them; [`mod@write`] shows them, complete or not at all. A
//! [`repository::InvoiceRepository`] keeps what is to be paid, and [`charge()`] collects it through
//! a [`gateway::PaymentGateway`], at most once an invoice.
#![forbid(unsafe_code)]

pub mod batch;
mod bulk;
pub mod charge;
pub mod chunks;
pub mod cli;
mod columns;
mod error;
pub mod filter;
pub mod gateway;
pub mod impact;
pub mod late_fee;
pub mod policy;
pub mod read;
pub mod refund;
pub mod render;
pub mod replay;
pub mod repository;
pub mod run;
mod suggest;
pub mod ubl;
pub mod webhook;
pub mod write;

pub use charge::{Charge, ChargeState, charge};
pub use error::{BadInput, Error};
