//! The coverage stage: the share of the code that the one test run has reached, against its gates.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use super::report::{Findings, Outcome};
use super::{Context, Shared, lock, shell, test};
use crate::cargo::process::{End, Streams, run_leader};
use crate::cargo::{TestScope, build_tests};
use crate::coverage::{Coverage, FileCoverage, Gate, Profiles, Runs, Share, hold};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::settings::Percent;
use crate::tools::{has_nextest, llvm};
use crate::transcript::Transcript;

/// How many files are named when a gate is missed.
const FILES_SHOWN: usize = 5;

/// How many stretches of missing lines are named in a file.
const STRETCHES_SHOWN: usize = 8;

/// Runs of the same code differ by so many lines; so near to a gate a pass is a matter of luck.
const JITTER: u64 = 2;

/// What is asked of the coverage stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CoverageRequest {
    /// The gate of lines, instead of that of the settings or the default.
    pub fail_under: Option<Percent>,
    /// Whether cargo-llvm-cov measures and decides.
    pub of_record: bool,
}

pub(super) fn run(
    context: &Context,
    shared: &Shared,
    request: &CoverageRequest,
) -> Result<Outcome, Error> {
    let gate = gate(context, *request);
    if request.of_record {
        return of_record(context, gate);
    }
    // A test stage before this one has run the tests already, and was green.
    if lock(&shared.profiles).is_none() {
        let run = match test::tested(context, shared, &TestScope::Workspace) {
            Err(Error::DoesNotBuild(messages)) => {
                context.console.say(messages);
                return Ok(red(context, ExitCode::DoesNotBuild));
            }
            run => run?,
        };
        let class = run.tested.transcript.exit_code();
        if class != ExitCode::Passed {
            return Ok(tests_are_red(context, run, class));
        }
    }
    let profiles = lock(&shared.profiles).clone();
    let profiles = profiles.ok_or_else(|| Error::Setup("no test run was measured".into()))?;
    let coverage = measured(context, shared, &profiles)?;
    judged(context, coverage, gate)
}

/// The gate of lines: what was asked for, what the settings say, or the default.
fn gate(context: &Context, request: CoverageRequest) -> Percent {
    let asked = request.fail_under.or(context.settings.coverage.lines);
    asked.unwrap_or_else(|| {
        let gate = Percent::DEFAULT_GATE;
        context
            .console
            .say(format!("coverage: no gate is set; {gate} % is the default"));
        gate
    })
}

pub(super) fn commands(context: &Context, request: &CoverageRequest) -> Result<Vec<String>, Error> {
    if request.of_record {
        let gate = request.fail_under.or(context.settings.coverage.lines);
        let gate = gate.unwrap_or(Percent::DEFAULT_GATE);
        return Ok(vec![shell(&record_command(context, gate)?)]);
    }
    let tools = llvm::required()?;
    let mut commands = Vec::new();
    if !context.options.measure {
        commands = test::commands(context, &TestScope::Workspace)?;
    }
    let (profdata, cov) = (tools.profdata.display(), tools.cov.display());
    commands.push(format!(
        "{profdata} merge -sparse, the profiles of that run"
    ));
    commands.push(format!(
        "{cov} export -format=lcov, the programs of that run"
    ));
    Ok(commands)
}

/// Where sharing profiles between programs has torn one, the tests run again without sharing.
fn measured(context: &Context, shared: &Shared, profiles: &Profiles) -> Result<Coverage, Error> {
    let workspace = &context.workspace;
    let mut measured = profiles.measure(workspace, Runs::Tests)?;
    if measured.is_none() {
        context
            .console
            .say("coverage: a shared profile is torn; running the tests again, a profile each");
        let again = test::again(context, shared, profiles)?;
        measured = again.measure(workspace, Runs::Tests)?;
    }
    let mut coverage =
        measured.ok_or_else(|| Error::Setup("llvm-profdata cannot merge the profiles".into()))?;
    if context.settings.coverage.regions.is_some() {
        coverage.regions = profiles.regions(workspace)?;
    }
    let with_doctests = profiles.measure(workspace, Runs::TestsAndDoctests)?;
    coverage.with_doctests = with_doctests.map(|both| both.line_share());
    Ok(coverage)
}

fn judged(context: &Context, coverage: Coverage, gate: Percent) -> Result<Outcome, Error> {
    let settings = &context.settings.coverage;
    let mut gates = hold(&coverage, &context.workspace, settings, gate);
    if let Some(revision) = &settings.no_worse_than {
        let base = crate::base::lines_covered(&context.workspace, revision)?;
        let name = "coverage.no-worse-than";
        gates.push(Gate::not_below(name, base, coverage.line_share()));
    }
    context.console.say(describe(&coverage, &gates));
    let missed: Vec<&Gate> = gates.iter().filter(|gate| !gate.is_met()).collect();
    let (class, summary) = match missed.first() {
        None => (ExitCode::Passed, summary(&gates[0])),
        Some(missed) => (ExitCode::Gate, summary(missed)),
    };
    let outcome = Outcome::new(class, summary);
    let outcome = match class {
        ExitCode::Passed => outcome,
        _ => outcome.repeated_by("ci-stage coverage"),
    };
    Ok(Outcome {
        findings: Findings {
            coverage: Some(coverage),
            gates,
            ..Findings::default()
        },
        ..outcome
    })
}

fn summary(gate: &Gate) -> String {
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

fn describe(coverage: &Coverage, gates: &[Gate]) -> String {
    let lines = &gates[0];
    let counted = format!(" ({} of {}), the gate", coverage.covered, coverage.lines);
    let mut text = format!(
        "coverage: {}\n",
        summary(lines).replacen(", the gate", &counted, 1)
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
        let _ = write!(text, "COVERAGE PASSED: {} to spare", count(spare, "line"));
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
        count(file.lines, "line"),
        stretches.join(", ")
    )
}

fn count(count: u64, unit: &str) -> String {
    match count {
        1 => format!("1 {unit}"),
        _ => format!("{count} {unit}s"),
    }
}

fn tests_are_red(context: &Context, run: test::Run, class: ExitCode) -> Outcome {
    if run.tested.transcript.tests().next().is_some() {
        context.console.say(failures(&run.tested.transcript));
    }
    let outcome = red(context, class);
    let repeat = run.repeat.clone();
    let found = test::judged(context, run).findings;
    Outcome {
        repeat,
        findings: found,
        ..outcome
    }
}

/// The transcript's part that says what failed.
fn failures(transcript: &Transcript) -> String {
    let text = transcript.to_string();
    let lines = text.lines();
    lines
        .filter(|line| line.starts_with(' '))
        .collect::<Vec<_>>()
        .join("\n")
}

fn red(context: &Context, class: ExitCode) -> Outcome {
    let verdict = match class {
        ExitCode::DoesNotBuild => "the code does not compile",
        ExitCode::NoTests => "no test ran",
        ExitCode::TimedOut => "a test timed out while coverage was measured",
        _ => "a test failed while coverage was measured",
    };
    context
        .console
        .say(format!("BUILD FAILED: {verdict}, stopping the pipeline"));
    Outcome::new(class, "not measured")
}

/// `cargo llvm-cov nextest --workspace --fail-under-lines GATE`, or without nextest where that
/// is not installed; in the same run it writes the lines down as lcov.
fn record_command(context: &Context, gate: Percent) -> Result<Command, Error> {
    let mut command = context.workspace.cargo(&["llvm-cov"]);
    if has_nextest() {
        command.arg("nextest");
    }
    command
        .args(["--workspace", "--fail-under-lines", &gate.to_string()])
        .args(["--lcov", "--output-path"])
        .arg(record_file(context))
        // Unasked, cargo-llvm-cov would change the toolchain when `CI` is set.
        .env("CARGO_LLVM_COV_SETUP", "no");
    let tools = llvm::required()?;
    command.env("LLVM_COV", tools.cov);
    command.env("LLVM_PROFDATA", tools.profdata);
    Ok(command)
}

fn record_file(context: &Context) -> PathBuf {
    let folder = context.workspace.target_directory();
    folder.join("ci/coverage-of-record.lcov")
}

/// The gate of record: cargo-llvm-cov measures, and its exit code decides.
fn of_record(context: &Context, gate: Percent) -> Result<Outcome, Error> {
    let lcov = record_file(context);
    // What an earlier run left must not be taken for this one's.
    let _ = std::fs::remove_file(&lcov);
    if let Some(folder) = lcov.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    let end = run_leader(record_command(context, gate)?, Streams::Show)?.end;
    let coverage = std::fs::read_to_string(&lcov)
        .ok()
        .map(|text| Coverage::of_lcov(&text, context.workspace.root()));
    let missed = |coverage: &Coverage| !Gate::new("", gate, coverage.line_share()).is_met();
    let class = match end {
        End::Exited(0) => ExitCode::Passed,
        End::Exited(1) if coverage.as_ref().is_some_and(missed) => ExitCode::Gate,
        // Nextest's codes; cargo test returns 101 whatever went wrong.
        End::Exited(100) => ExitCode::TestFailed,
        End::Exited(4) => ExitCode::NoTests,
        End::Exited(101) => match build_tests(&context.workspace, &TestScope::Workspace, &[]) {
            Ok(_) => ExitCode::TestFailed,
            Err(error) => error.exit_code(),
        },
        _ => {
            return Err(Error::Setup(
                "cargo llvm-cov failed; its own words stand above".into(),
            ));
        }
    };
    let Some(coverage) = coverage.filter(|_| matches!(class, ExitCode::Passed | ExitCode::Gate))
    else {
        return Ok(red(context, class).repeated_by("ci-stage coverage --of-record"));
    };
    compare(context, &coverage);
    let outcome = judged(context, coverage, gate)?;
    Ok(Outcome { class, ..outcome })
}

/// Says whether our own last measurement gave the same.
fn compare(context: &Context, record: &Coverage) {
    let own = context
        .workspace
        .target_directory()
        .join("ci/coverage.lcov");
    let own = std::fs::read_to_string(own).ok();
    let Some(own) = own.map(|text| Coverage::of_lcov(&text, context.workspace.root())) else {
        return;
    };
    let (ours, theirs) = (own.line_share(), record.line_share());
    context.console.say(if ours == theirs {
        "cargo-llvm-cov counts the same lines as ci-stage's own last run".to_owned()
    } else {
        format!(
            "cargo-llvm-cov counts {} of {} lines, ci-stage's own last run {} of {}: what \
             cargo-llvm-cov counts decides",
            theirs.covered, theirs.count, ours.covered, ours.count
        )
    });
}
