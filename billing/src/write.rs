//! Writing: quotes, totals and rejected records; complete, or not there at all.

mod csv;
mod list;
mod prices;
mod quote_table;
mod rejects;
mod target;
mod text;

pub use list::ListWriter;
pub use prices::{OutputFormat, PriceWriter, Shape};
pub use quote_table::{Detail, quote_table};
pub use rejects::RejectWriter;
pub use target::Target;
pub(crate) use target::temporary_beside;
pub use text::{Align, aligned, printable};
