//! Running stages one after the other, stopping at the first that is red.

use std::time::Instant;

use comfy_table::{CellAlignment, Table, presets};

use crate::commit::Commit;
use crate::console::Format;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::stage::{Context, Report, Stage};
use crate::tools;
use crate::verdict::Verdict;

/// Runs stages in order; what follows a red one is not run. Writes the verdict file.
///
/// # Errors
/// [`Error::ToolMissing`] before anything runs; [`Error::Interrupted`] after ^C, and then the
/// verdict file of an earlier run stays as it was.
pub fn run(
    context: &Context,
    command: &'static str,
    stages: &[Stage],
    install: bool,
) -> Result<Verdict, Error> {
    for stage in stages {
        tools::require(stage.tools(), install)?;
    }
    let started = Instant::now();
    let mut reports: Vec<Report> = Vec::new();
    for stage in stages {
        if stages.len() > 1 {
            context.format.say(format!("==> {}", stage.name()));
        }
        let report = stage.run(context)?;
        let red = report.class != ExitCode::Passed;
        reports.push(report);
        if red {
            break;
        }
    }
    let commit = Commit::of(context.workspace.root())?;
    let verdict = Verdict::new(command, &commit, reports, started.elapsed());
    verdict.write(context.workspace.target_directory())?;
    Ok(verdict)
}

/// The table that ends the pipeline, and below it the tests in one line.
pub fn print_summary(format: Format, stages: &[Stage], verdict: &Verdict) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["stage", "result", "time", ""]);
    for (at, stage) in stages.iter().enumerate() {
        match verdict.stages.get(at) {
            Some(report) => {
                let tenths = report.duration.as_millis() / 100;
                let time = format!("{}.{} s", tenths / 10, tenths % 10);
                table.add_row([stage.name(), report.class.label(), &time, &report.summary])
            }
            None => table.add_row([stage.name(), "not run", "", ""]),
        };
    }
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let counts = verdict.tests;
    format.say(format!("\n{}\n", table.trim_fmt()));
    let skipped = match counts.ignored {
        0 => String::new(),
        ignored => format!(", {ignored} skipped"),
    };
    format.say(format!(
        "{} passed, {} failed{skipped}",
        counts.passed, counts.failed
    ));
}
