//! The contract of a stream filter: results and rejects as they come, and a record at the end by which
//! "done" is told from "cut short".
//!
//! Whoever feeds a filter holds the last record against what was sent: a stream without one, or whose
//! counts or digest differ, was cut short and must be filtered again.

mod arrow;
mod hashed;
mod ids;
mod input;
mod output;
mod record;
mod stream;

pub(crate) use hashed::Hashed;
pub(crate) use ids::are_apart;
pub(crate) use input::{InputPrint, Printer, SeenInput};
pub(crate) use output::{FilterOutput, Line};
pub(crate) use record::{Reject, SummaryRecord};
pub use stream::StreamFormat;
pub(crate) use stream::{Channel, FilterStream};
