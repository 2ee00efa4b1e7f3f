//! What rounding moved in a book, for people and for programs.

use std::io::{self, Write};
use std::path::Path;

use pricing::RoundingReport;
use serde::Serialize;

use super::format::OutputFormat;
use super::target::Target;
use super::text::{Align, aligned};
use crate::error::Error;

/// Writes `report` to the file at `path`: JSON by its extension, otherwise a table.
pub fn write_rounding_report(report: &RoundingReport, path: &Path) -> Result<(), Error> {
    write_report(report, || table(report), is_json(path), path)?.publish()
}

/// Whether a report in the file at `path` is JSON.
pub(super) fn is_json(path: &Path) -> bool {
    OutputFormat::of_extension(path) == Some(OutputFormat::Json)
}

/// A report for the file at `path`, as JSON or as a table.
pub(super) fn write_report(
    report: &impl Serialize,
    table: impl FnOnce() -> String,
    is_json: bool,
    path: &Path,
) -> Result<Target, Error> {
    let failed = |error| Error::io("writing", path.display(), error);
    let mut target = Target::create(path)?;
    let written = if is_json {
        json(report, &mut target)
    } else {
        target.write_all(table().as_bytes())
    };
    written.and_then(|()| target.flush()).map_err(failed)?;
    Ok(target)
}

fn json(report: &impl Serialize, target: &mut Target) -> io::Result<()> {
    serde_json::to_writer(&mut *target, report)?;
    target.write_all(b"\n")
}

/// The report as aligned text.
pub(super) fn table(report: &RoundingReport) -> String {
    let header = ["rule", "amounts", "gained", "lost"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(report.by_rule().map(|(rule, moved)| {
        vec![
            rule.to_owned(),
            moved.amounts.to_string(),
            moved.gained.to_string(),
            moved.lost.to_string(),
        ]
    }));
    aligned(
        rows,
        &[Align::Left, Align::Right, Align::Right, Align::Right],
    )
}
