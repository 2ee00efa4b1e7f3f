//! The coverage stage: the share of the code that the one test run has reached, against its gates.

mod record;
mod words;

use super::report::{Findings, Outcome};
use super::{Context, Shared, lock, shell, test};
use crate::cargo::TestScope;
use crate::coverage::{Coverage, Gate, Profiles, Runs, hold};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::settings::Percent;
use crate::tools::llvm;
use crate::transcript::Transcript;
use words::{describe, summary};

/// What is asked of the coverage stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CoverageRequest {
    /// The gate of lines, instead of that of the settings or the default.
    pub fail_under: Option<Percent>,
    /// Whether cargo-llvm-cov measures and decides.
    pub of_record: bool,
    /// Whether nothing is asked of what is measured, because another run is compared with it.
    pub ungated: bool,
}

pub(super) fn run(
    context: &Context,
    shared: &Shared,
    request: &CoverageRequest,
) -> Result<Outcome, Error> {
    let gate = if request.ungated {
        Percent::default()
    } else {
        gate(context, *request)
    };
    if request.of_record {
        return record::run(context, gate);
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
        test::say_left_behind(context, &run.tested.left_behind);
    }
    let profiles = lock(&shared.profiles).clone();
    let profiles = profiles.ok_or_else(|| Error::Setup("no test run was measured".into()))?;
    let coverage = measured(context, shared, &profiles)?;
    if request.ungated {
        let outcome = Outcome::new(ExitCode::Passed, "measured");
        return Ok(with_findings(outcome, coverage, Vec::new()));
    }
    let outcome = judged(context, coverage, gate)?;
    Ok(match request.fail_under {
        Some(gate) if outcome.class != ExitCode::Passed => {
            outcome.repeated_by(format!("ci-stage coverage --fail-under {gate}"))
        }
        _ => outcome,
    })
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

pub(super) fn commands(
    context: &Context,
    request: &CoverageRequest,
    tests_ran: bool,
) -> Result<Vec<String>, Error> {
    if request.of_record {
        let gate = request.fail_under.or(context.settings.coverage.lines);
        let gate = gate.unwrap_or(Percent::DEFAULT_GATE);
        return Ok(vec![shell(&record::command(context, gate)?)]);
    }
    let tools = llvm::required()?;
    let mut commands = Vec::new();
    if !tests_ran {
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
    if measured.is_none() && !profiles.are_from_elsewhere() {
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
    Ok(with_findings(outcome, coverage, gates))
}

fn with_findings(outcome: Outcome, coverage: Coverage, gates: Vec<Gate>) -> Outcome {
    let findings = Findings {
        coverage: Some(coverage),
        gates,
        ..Findings::default()
    };
    Outcome {
        findings,
        ..outcome
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
