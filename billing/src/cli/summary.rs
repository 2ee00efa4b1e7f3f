//! `ledgerly summary`.

use pricing::BookSummary;

use super::args::{ReportFormat, SummaryOptions};
use super::exit::ExitStatus;
use crate::error::Error;
use crate::read;
use crate::write::write_summary;

/// Adds up summaries of the parts of a book.
pub(super) fn summary(options: &SummaryOptions) -> Result<ExitStatus, Error> {
    let mut whole = BookSummary::default();
    for input in &options.inputs {
        read::add_summaries(input, &mut whole)?;
    }
    let as_json = options.format.map(|format| format == ReportFormat::Json);
    write_summary(&whole, as_json, &options.output)?.publish()?;
    Ok(ExitStatus::Done)
}
