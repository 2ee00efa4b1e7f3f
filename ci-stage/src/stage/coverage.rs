//! The coverage stage. The gate of record is cargo-llvm-cov's own: its exit code decides.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::lcov::{Coverage, FileCoverage};
use super::{Context, Findings, Outcome};
use crate::cargo::process::{End, Streams};
use crate::cargo::{TestScope, Workspace, build_tests, process};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::settings::Percent;
use crate::tools::{Tool, has_nextest, llvm, require};

/// How many files are named when the gate is missed.
const FILES_SHOWN: usize = 5;

/// How many stretches of missing lines are named in a file.
const STRETCHES_SHOWN: usize = 8;

pub(super) fn run(context: &Context, asked: Option<Percent>) -> Result<Outcome, Error> {
    let workspace = &context.workspace;
    let gate = asked
        .or(context.settings.coverage.lines)
        .unwrap_or_else(|| {
            let gate = Percent::DEFAULT_GATE;
            context
                .format
                .say(format!("coverage: no gate is set; {gate} % is the default"));
            gate
        });
    let folder = workspace.target_directory().join("ci");
    fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let lcov = folder.join("coverage.lcov");
    // What an earlier run left must not be taken for this one's.
    let _ = fs::remove_file(&lcov);
    let end = measure(workspace, gate, &lcov)?;
    let coverage = fs::read_to_string(&lcov)
        .ok()
        .map(|text| Coverage::of_lcov(&text, workspace.root(), gate));
    let class = class_of(workspace, end, coverage.as_ref())?;
    let outcome = conclude(class, coverage);
    context.format.say(describe(&outcome, end));
    Ok(outcome)
}

/// `cargo llvm-cov nextest --workspace --fail-under-lines GATE`, or without nextest where that
/// is not installed; in the same run it writes the lines down as lcov.
fn measure(workspace: &Workspace, gate: Percent, lcov: &Path) -> Result<End, Error> {
    let tools = llvm::find()?;
    let mut command = workspace.cargo(&["llvm-cov"]);
    if has_nextest() {
        command.arg("nextest");
    }
    command
        .args(["--workspace", "--fail-under-lines", &gate.to_string()])
        .args(["--lcov", "--output-path"])
        .arg(lcov)
        // Unasked, cargo-llvm-cov would change the toolchain when `CI` is set.
        .env("CARGO_LLVM_COV_SETUP", "no");
    if let Some(tools) = tools {
        command.env("LLVM_COV", tools.cov);
        command.env("LLVM_PROFDATA", tools.profdata);
    } else {
        require(&[Tool::Llvm], false)?;
    }
    Ok(process::run(command, Streams::Show, None)?.end)
}

/// cargo-llvm-cov returns 1 for a missed gate and hands on the test runner's code otherwise:
/// nextest's 100 (a test failed), 101 (no build), 4 (no tests); cargo test's 101 for all.
fn class_of(
    workspace: &Workspace,
    end: End,
    coverage: Option<&Coverage>,
) -> Result<ExitCode, Error> {
    let gate_is_missed = coverage.is_some_and(|coverage| coverage.lines_to_gate() > 0);
    Ok(match end {
        End::Exited(0) => ExitCode::Passed,
        End::Exited(1) if gate_is_missed => ExitCode::Gate,
        End::Exited(100) => ExitCode::TestFailed,
        End::Exited(4) => ExitCode::NoTests,
        End::Exited(101) => match build_tests(workspace, &TestScope::Workspace, &[]) {
            Ok(_) => ExitCode::TestFailed,
            Err(error) => error.exit_code(),
        },
        _ => {
            return Err(Error::Setup(
                "cargo llvm-cov failed; its own words stand above".into(),
            ));
        }
    })
}

fn conclude(class: ExitCode, coverage: Option<Coverage>) -> Outcome {
    let summary = match (&coverage, class) {
        (Some(coverage), ExitCode::Passed | ExitCode::Gate) => format!(
            "{:#} % of lines, the gate is {} %",
            coverage.percent, coverage.gate
        ),
        _ => "not measured".into(),
    };
    Outcome {
        class,
        summary,
        findings: Findings {
            coverage,
            ..Findings::default()
        },
    }
}

fn describe(outcome: &Outcome, end: End) -> String {
    let measured = outcome.findings.coverage.as_ref();
    match (outcome.class, measured) {
        (ExitCode::Passed, Some(coverage)) => passed(coverage),
        (ExitCode::Gate, Some(coverage)) => missed(coverage),
        (ExitCode::TestFailed, _) => {
            "BUILD FAILED: a test failed while coverage was measured, stopping the pipeline".into()
        }
        (ExitCode::DoesNotBuild, _) => {
            "BUILD FAILED: the code does not compile, stopping the pipeline".into()
        }
        (ExitCode::NoTests, _) => "BUILD FAILED: no test ran, stopping the pipeline".into(),
        _ => format!("coverage: cargo llvm-cov ended with {end:?}"),
    }
}

fn passed(coverage: &Coverage) -> String {
    let spare = coverage.covered - coverage.gate.lines_needed(coverage.lines);
    format!(
        "{}\nCOVERAGE PASSED: {} to spare",
        figure(coverage),
        lines(spare)
    )
}

fn missed(coverage: &Coverage) -> String {
    let missing = lines(coverage.lines_to_gate());
    let mut text = format!(
        "{}\n{missing} to go; most are missing in\n",
        figure(coverage),
    );
    let incomplete = coverage
        .files
        .iter()
        .filter(|file| file.missing_lines() > 0);
    for file in incomplete.take(FILES_SHOWN) {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{}", place(file));
    }
    text.push_str("BUILD FAILED: coverage is below the gate, stopping the pipeline");
    text
}

fn figure(coverage: &Coverage) -> String {
    format!(
        "coverage: {:#} % of lines ({} of {}), the gate is {} %",
        coverage.percent, coverage.covered, coverage.lines, coverage.gate
    )
}

fn place(file: &FileCoverage) -> String {
    let shown = file.missing.iter().take(STRETCHES_SHOWN);
    let mut stretches: Vec<String> = shown
        .map(|(from, to)| {
            if from == to {
                from.to_string()
            } else {
                format!("{from}-{to}")
            }
        })
        .collect();
    if file.missing.len() > STRETCHES_SHOWN {
        stretches.push("...".into());
    }
    format!(
        "  {}: {} of {} missing: {}",
        file.path,
        file.missing_lines(),
        lines(file.lines),
        stretches.join(", ")
    )
}

fn lines(count: u64) -> String {
    match count {
        1 => "1 line".into(),
        _ => format!("{count} lines"),
    }
}
