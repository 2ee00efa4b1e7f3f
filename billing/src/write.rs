//! Writing: quotes, totals and rejected records; complete, or not there at all.

mod columns;
mod csv;
pub(crate) mod document_rows;
mod explanation;
mod format;
mod invoice_rows;
mod list;
mod pending;
mod prices;
mod quote_table;
mod rejects;
mod rounding_table;
mod summary_table;
mod target;
mod text;
mod total_rows;

pub use document_rows::Row;
pub use explanation::Explanation;
pub use format::OutputFormat;
pub use invoice_rows::RowsError;
pub(crate) use invoice_rows::invoice_rows;
pub use list::{ListFormat, ListWriter};
pub use prices::{PriceWriter, Shape};
pub(crate) use quote_table::document_table;
pub use quote_table::quote_table;
pub use rejects::RejectWriter;
pub use rounding_table::write_rounding_report;
pub use summary_table::{summary_table, write_summary};
pub use target::Target;
pub(crate) use target::temporary_beside;
pub use text::{Align, aligned, printable};
pub(crate) use total_rows::TotalRows;
