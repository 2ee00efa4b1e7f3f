//! What rounding moved in a book, for people and for programs.

use std::io::{self, Write};
use std::path::Path;

use pricing::RoundingReport;

use super::target::Target;
use super::text::{Align, aligned};
use crate::error::Error;

/// Writes `report` to the file at `path`: JSON by its extension, otherwise a table.
pub fn write_rounding_report(report: &RoundingReport, path: &Path) -> Result<(), Error> {
    let failed = |error| Error::io("writing", path.display(), error);
    let mut target = Target::create(path)?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let written = if is_json {
        json(report, &mut target)
    } else {
        target.write_all(table(report).as_bytes())
    };
    written.map_err(failed)?;
    target.flush().map_err(failed)?;
    target.publish()
}

fn json(report: &RoundingReport, target: &mut Target) -> io::Result<()> {
    serde_json::to_writer(&mut *target, report)?;
    target.write_all(b"\n")
}

fn table(report: &RoundingReport) -> String {
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
