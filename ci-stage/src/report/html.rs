//! One page for a browser that needs no network: time line, tests, coverage, findings.

use std::time::Duration;

use jiff::Timestamp;
use minijinja::context;
use minijinja::value::Serde;
use serde_json::{Value, json};

use super::kind::Material;
use super::page;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::stage::{Report, State};
use crate::transcript::{Outcome, Status, Suite, Transcript};

/// Renders the verdict.
///
/// # Errors
/// [`Error::Setup`] when the template cannot be rendered, which a test rules out.
pub(super) fn render(material: &Material<'_>) -> Result<String, Error> {
    let verdict = material.verdict;
    let stages = &verdict.stages;
    let mut measured = stages.iter().map(|stage| &stage.findings.coverage);
    let measured = measured.find_map(Option::as_ref);
    let gates = stages.iter().flat_map(|stage| &stage.findings.gates);
    let gates = gates.map(|gate| {
        json!({
            "name": gate.name,
            "required": gate.required.to_string(),
            "measured": format!("{:#}", gate.measured),
            "met": gate.is_met(),
            "to_go": gate.to_go.to_string(),
        })
    });
    let tests = stages
        .iter()
        .filter_map(|stage| stage.findings.tests.as_ref());
    let tests: Vec<&Transcript> = tests.collect();
    let counts = verdict.tests;
    page::render(
        include_str!("html/page.html"),
        context! {
            style => page::style(include_str!("html/page.css")),
            class => verdict.class.label(),
            colour => if verdict.class == ExitCode::Passed { "green" } else { "red" },
            commit => verdict.commit.as_str(),
            started => Timestamp::from_second(verdict.started_at).unwrap_or_default().to_string(),
            seconds => seconds(verdict.duration),
            lowered => verdict.lowered_gates.clone(),
            stages => Serde(stages_of(material)),
            failures => Serde(failures(&tests)),
            flaky => Serde(flaky(stages)),
            suites => Serde(suites(&tests)),
            counts => Serde(json!({
                "passed": counts.passed.to_string(),
                "failed": counts.failed.to_string(),
                "ignored": counts.ignored.to_string(),
            })),
            coverage => Serde(measured.map(coverage)),
            gates => Serde(gates.collect::<Vec<_>>()),
            diagnostics => Serde(diagnostics(material)),
            mutation => material.mutation.as_ref().map(|page| page.display().to_string()),
        },
    )
}

fn seconds(time: Duration) -> String {
    let milliseconds = time.as_millis();
    format!("{}.{:02}", milliseconds / 1000, milliseconds % 1000 / 10)
}

/// Each stage with its place on the time line, in thousandths of the run.
fn stages_of(material: &Material<'_>) -> Vec<Value> {
    let whole = material.verdict.duration.as_millis().max(1);
    let share = |time: Duration| (time.as_millis() * 1000 / whole).min(1000).to_string();
    let stages = material.verdict.stages.iter();
    stages
        .map(|stage| {
            json!({
                "name": stage.name,
                "result": stage.result(),
                "state": match stage.state {
                    State::NotRun | State::Cancelled => "skipped",
                    _ if stage.is_red() => "red",
                    State::Cached => "cached",
                    State::Ran | State::Earlier => "green",
                },
                "cached": stage.cached.as_ref().map(|cached| cached.run.clone()),
                "summary": stage.summary,
                "seconds": seconds(stage.duration),
                "begin": share(stage.started),
                "length": share(stage.duration),
                "repeat": stage.repeat,
            })
        })
        .collect()
}

fn failures(runs: &[&Transcript]) -> Vec<Value> {
    let tests = runs.iter().flat_map(|run| run.tests());
    tests
        .filter_map(|(suite, test)| {
            let Status::Failed(failure) = &test.status else {
                return None;
            };
            let output = Some(&failure.output).filter(|output| **output != failure.message);
            Some(json!({
                "name": format!("{suite}::{}", test.name),
                "place": failure.location,
                "message": failure.message,
                "output": output,
                "seconds": seconds(test.duration),
            }))
        })
        .collect()
}

fn flaky(stages: &[Report]) -> Vec<Value> {
    let tests = stages.iter().flat_map(|stage| &stage.findings.flaky);
    tests
        .map(|test| {
            json!({
                "name": format!("{}::{}", test.suite, test.test),
                "attempt": test.attempt.to_string(),
                "quarantine": test.quarantine,
            })
        })
        .collect()
}

fn suites(runs: &[&Transcript]) -> Vec<Value> {
    let suites = runs.iter().flat_map(|run| &run.suites);
    suites
        .map(|suite| {
            let tests = suite.tests.iter();
            json!({
                "name": suite.name,
                "counts": alone(suite).counts().to_string(),
                "seconds": seconds(tests.clone().map(|test| test.duration).sum()),
                "tests": tests.map(test).collect::<Vec<_>>(),
            })
        })
        .collect()
}

fn alone(suite: &Suite) -> Transcript {
    Transcript {
        suites: vec![suite.clone()],
        duration: Duration::ZERO,
    }
}

fn test(test: &Outcome) -> Value {
    let (status, colour) = match &test.status {
        Status::Passed => ("passed", "green"),
        Status::Ignored => ("ignored", "skipped"),
        Status::Failed(_) => ("failed", "red"),
    };
    json!({
        "name": test.name,
        "status": status,
        "colour": colour,
        "seconds": seconds(test.duration),
    })
}

fn coverage(coverage: &crate::coverage::Coverage) -> Value {
    let (incomplete, complete): (Vec<_>, Vec<_>) = coverage
        .files
        .iter()
        .partition(|file| file.missing_lines() > 0);
    let files = incomplete.into_iter().map(|file| {
        let missing = file.missing.iter().map(|(from, to)| {
            if from == to {
                from.to_string()
            } else {
                format!("{from}-{to}")
            }
        });
        let share = crate::settings::Percent::of(file.covered, file.lines);
        json!({
            "path": file.path,
            "percent": format!("{share:#}"),
            "lines": file.lines.to_string(),
            "missing_lines": file.missing_lines().to_string(),
            "missing": missing.collect::<Vec<_>>().join(", "),
        })
    });
    json!({
        "percent": format!("{:#}", coverage.percent),
        "covered": coverage.covered.to_string(),
        "lines": coverage.lines.to_string(),
        "files": files.collect::<Vec<_>>(),
        "complete": complete.iter().map(|file| &file.path).collect::<Vec<_>>(),
    })
}

fn diagnostics(material: &Material<'_>) -> Vec<Value> {
    let stages = material.verdict.stages.iter();
    let found = stages.flat_map(|stage| {
        let found = stage.findings.diagnostics.iter();
        found.map(|found| (stage.name.as_str(), found))
    });
    found
        .map(|(stage, found)| {
            json!({
                "stage": stage,
                "place": found.place(),
                "code": found.code,
                "message": found.message,
            })
        })
        .collect()
}
