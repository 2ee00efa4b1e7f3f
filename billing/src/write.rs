//! Writing: quotes, totals and rejected records; complete, or not there at all.

mod csv;
pub(crate) mod document_rows;
mod explanation;
mod list;
mod prices;
mod quote_table;
mod rejects;
mod rounding_table;
mod target;
mod text;

pub use document_rows::Row;
pub use explanation::Explanation;
pub use list::ListWriter;
pub use prices::{OutputFormat, PriceWriter, Shape};
pub use quote_table::quote_table;
pub use rejects::RejectWriter;
pub use rounding_table::write_rounding_report;
pub use target::Target;
pub(crate) use target::temporary_beside;
pub use text::{Align, aligned, printable};
