//! What is said of measured coverage: the gates, the distance to them, the lines that are missing.

use std::fmt::Write as _;

use crate::coverage::{Coverage, FileCoverage, Gate, Share};
use crate::plural::counted;
use crate::settings::Percent;

/// How many files are named when a gate is missed.
const FILES_SHOWN: usize = 5;

/// How many stretches of missing lines are named in a file.
const STRETCHES_SHOWN: usize = 8;

/// Runs of the same code differ by so many lines; so near to a gate a pass is a matter of luck.
const JITTER: u64 = 2;

pub(super) fn summary(gate: &Gate) -> String {
    let what = unit(gate, 2);
    let scope = gate.name.strip_prefix("coverage.packages.");
    let scope = scope.and_then(|rest| rest.rsplit_once('.'));
    let scope = scope.map_or_else(String::new, |(package, _)| format!(" of {package}"));
    format!(
        "{:#} % of {what}{scope}, the gate is {} %",
        gate.measured, gate.required
    )
}

/// `lines`, `functions` or `regions`, or one of them.
fn unit(gate: &Gate, count: u64) -> &str {
    let last = gate.name.rsplit('.').next();
    let units = last.filter(|units| matches!(*units, "functions" | "regions"));
    let units = units.unwrap_or("lines");
    if count == 1 {
        units.strip_suffix('s').unwrap_or(units)
    } else {
        units
    }
}

pub(super) fn describe(coverage: &Coverage, gates: &[Gate]) -> String {
    let lines = &gates[0];
    let reached = format!(" ({} of {}), the gate", coverage.covered, coverage.lines);
    let mut text = format!(
        "coverage: {}\n",
        summary(lines).replacen(", the gate", &reached, 1)
    );
    text.push_str(&beside(coverage));
    let missed: Vec<&Gate> = gates.iter().filter(|gate| !gate.is_met()).collect();
    for gate in &missed {
        if gate.name != lines.name {
            // Writing to a text cannot fail.
            let _ = writeln!(text, "{}: {}", gate.name, summary(gate));
        }
    }
    let Some(first) = missed.first() else {
        let spare = coverage
            .covered
            .saturating_sub(lines.required.lines_needed(coverage.lines));
        let _ = write!(text, "COVERAGE PASSED: {} to spare", counted(spare, "line"));
        if spare <= JITTER && coverage.covered < coverage.lines {
            text.push_str("; so near to the gate another run may miss it");
        }
        return text;
    };
    let to_go = format!("{} {}", first.to_go, unit(first, first.to_go));
    let _ = writeln!(text, "{to_go} to go; most are missing in");
    let incomplete = coverage.files.iter();
    let incomplete = incomplete.filter(|file| file.missing_lines() > 0);
    for file in incomplete.take(FILES_SHOWN) {
        let _ = writeln!(text, "{}", place(file));
    }
    text.push_str("BUILD FAILED: coverage is below the gate, stopping the pipeline");
    text
}

/// The same run counted in other ways, where that gives another number.
fn beside(coverage: &Coverage) -> String {
    let gate = coverage.line_share();
    let others = [
        (
            "with the examples in the documentation",
            coverage.with_doctests,
        ),
        ("each line once, as Codecov counts", Some(coverage.per_line)),
        (
            "shipped lines only, without tests in the files",
            Some(coverage.shipped).filter(|shipped| *shipped != coverage.per_line),
        ),
    ];
    let mut text = String::new();
    for (what, share) in others {
        let share = share.filter(|share| *share != gate && share.count > 0);
        if let Some(Share { count, covered }) = share {
            let percent = Percent::of(covered, count);
            // Writing to a text cannot fail.
            let _ = writeln!(text, "  {percent:#} % {what} ({covered} of {count})");
        }
    }
    text
}

/// A missing stretch of lines: `24-33`, or `24`.
fn stretch(from: u32, to: u32) -> String {
    if from == to {
        from.to_string()
    } else {
        format!("{from}-{to}")
    }
}

fn place(file: &FileCoverage) -> String {
    let shown = file.missing.iter().take(STRETCHES_SHOWN);
    let mut stretches: Vec<String> = shown.map(|(from, to)| stretch(*from, *to)).collect();
    if file.missing.len() > STRETCHES_SHOWN {
        stretches.push("...".into());
    }
    format!(
        "  {}: {} of {} missing: {}",
        file.path,
        file.missing_lines(),
        counted(file.lines, "line"),
        stretches.join(", ")
    )
}
