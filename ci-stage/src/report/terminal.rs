//! What a person reads at the end of a run.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, Table, presets};

use crate::stage::{Report, State};
use crate::transcript::{Status, Transcript};
use crate::verdict::Verdict;

/// How many places are named; more of them do not help to begin.
const PLACES: usize = 5;

/// Up to here a command is shown; a longer one is no help on a screen.
const REPEAT_WIDTH: usize = 400;

/// What failed, where, why, and the one command that repeats just that.
#[must_use]
pub fn last_screen(red: &Report) -> String {
    let mut text = format!("\n{} IS RED: {}\n", red.name.to_uppercase(), red.summary);
    let causes = causes(red);
    for cause in causes.iter().take(PLACES) {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {cause}");
    }
    if causes.len() > PLACES {
        let _ = writeln!(text, "  and {} more", causes.len() - PLACES);
    }
    if let Some(repeat) = &red.repeat {
        // Many failed tests make a long command, and `ci-stage repro` runs it as well.
        let is_short = repeat.len() <= REPEAT_WIDTH;
        let command = if is_short { repeat } else { "ci-stage repro" };
        let _ = write!(text, "repeat just this: {command}");
    }
    text
}

/// Where and why, a line each.
fn causes(red: &Report) -> Vec<String> {
    let findings = &red.findings;
    let mut causes = Vec::new();
    for (suite, test) in findings.tests.iter().flat_map(Transcript::tests) {
        if let Status::Failed(failure) = &test.status {
            let place = failure.location.as_ref();
            let place = place.map_or_else(String::new, |place| format!(" at {place}"));
            let why = failure.headline();
            causes.push(format!("{suite}::{}{place}: {why}", test.name));
        }
    }
    for gate in findings.gates.iter().filter(|gate| !gate.is_met()) {
        causes.push(format!(
            "{}: {:#} %, the gate is {} %, {} to go",
            gate.name, gate.measured, gate.required, gate.to_go
        ));
    }
    if findings.gates.iter().any(|gate| !gate.is_met()) {
        for file in findings
            .coverage
            .iter()
            .flat_map(|coverage| &coverage.files)
        {
            if let Some((from, to)) = file.missing.first() {
                causes.push(format!(
                    "{}:{from}: no test reaches lines {from}-{to}",
                    file.path
                ));
            }
        }
    }
    for found in &findings.diagnostics {
        let place = found.place().unwrap_or_else(|| "the workspace".into());
        causes.push(format!("{place}: {}", found.message));
    }
    causes
}

/// The gates that are lower than before this change.
#[must_use]
pub fn lowered(gates: &[String]) -> String {
    let mut text = String::from("\nthis change lowers a gate:");
    for gate in gates {
        text.push_str("\n  ");
        text.push_str(gate);
    }
    text
}

/// The table of the stages, and below it the tests in one line.
#[must_use]
pub fn summary(verdict: &Verdict) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["stage", "result", "time", ""]);
    for report in &verdict.stages {
        let time = match report.state {
            State::NotRun | State::Cancelled => String::new(),
            State::Ran | State::Cached | State::Earlier => {
                let tenths = report.duration.as_millis() / 100;
                format!("{}.{} s", tenths / 10, tenths % 10)
            }
        };
        let summary = match (&report.cached, report.state) {
            (_, State::Earlier) => format!("in an earlier step: {}", report.summary),
            (Some(cached), _) => format!("cached (run {}): {}", cached.run, report.summary),
            (None, _) => report.summary.clone(),
        };
        table.add_row([&report.name, report.result(), &time, &summary]);
    }
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let counts = verdict.tests;
    let skipped = match counts.ignored {
        0 => String::new(),
        ignored => format!(", {ignored} skipped"),
    };
    format!(
        "\n{}\n\n{} passed, {} failed{skipped}",
        table.trim_fmt(),
        counts.passed,
        counts.failed
    )
}
