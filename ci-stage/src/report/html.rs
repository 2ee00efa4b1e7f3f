//! One page for a browser that needs no network: time line, tests, coverage, findings.

use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde_json::{Value, json};

use super::kind::Material;
use crate::error::Error;
use crate::stage::State;
use crate::transcript::{Status, Transcript};

const TEMPLATE: &str = include_str!("page.html");

/// Renders the verdict.
///
/// # Errors
/// [`Error::Setup`] when the template cannot be rendered, which a test rules out.
pub(super) fn render(material: &Material<'_>) -> Result<String, Error> {
    let verdict = material.verdict;
    let failed = |error: minijinja::Error| Error::Setup(format!("cannot write the page: {error}"));
    let mut templates = Environment::new();
    // The ending of the name makes minijinja escape whatever is printed.
    templates
        .add_template("page.html", TEMPLATE)
        .map_err(failed)?;
    let page = templates.get_template("page.html").map_err(failed)?;
    let measured = verdict
        .stages
        .iter()
        .find_map(|stage| stage.findings.coverage.as_ref());
    let gates: Vec<_> = verdict
        .stages
        .iter()
        .flat_map(|stage| &stage.findings.gates)
        .collect();
    let gates = gates.iter().map(|gate| {
        json!({
            "name": gate.name,
            "required": gate.required.to_string(),
            "measured": format!("{:#}", gate.measured),
            "met": gate.is_met(),
        })
    });
    let counts = verdict.tests;
    page.render(context! {
        class => verdict.class.label(),
        commit => verdict.commit.clone(),
        seconds => seconds(verdict.duration.as_millis()),
        lowered => verdict.lowered_gates.clone(),
        stages => Serde(stages(material)),
        tests => Serde(tests(material)),
        passed => counts.passed,
        failed => counts.failed,
        ignored => counts.ignored,
        coverage => Serde(measured.map(coverage)),
        gates => Serde(gates.collect::<Vec<_>>()),
        diagnostics => Serde(diagnostics(material)),
        mutation => material.mutation.as_ref().map(|page| page.display().to_string()),
    })
    .map_err(failed)
}

fn seconds(milliseconds: u128) -> String {
    format!("{}.{:02}", milliseconds / 1000, milliseconds % 1000 / 10)
}

/// Each stage with its place on the time line, in thousandths of the run.
fn stages(material: &Material<'_>) -> Vec<Value> {
    let whole = material.verdict.duration.as_millis().max(1);
    let share = |time: std::time::Duration| (time.as_millis() * 1000 / whole).min(1000).to_string();
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
                    State::Ran => "green",
                },
                "cached": stage.cached.as_ref().map(|cached| cached.run.clone()),
                "summary": stage.summary,
                "seconds": seconds(stage.duration.as_millis()),
                "begin": share(stage.started),
                "length": share(stage.duration),
                "repeat": stage.repeat,
            })
        })
        .collect()
}

fn tests(material: &Material<'_>) -> Vec<Value> {
    let stages = material.verdict.stages.iter();
    let runs = stages.filter_map(|stage| stage.findings.tests.as_ref());
    let tests = runs.flat_map(Transcript::tests);
    tests
        .map(|(suite, test)| {
            let (status, message, place) = match &test.status {
                Status::Passed => ("passed", None, None),
                Status::Ignored => ("ignored", None, None),
                Status::Failed(failure) => {
                    ("failed", Some(&failure.message), failure.location.as_ref())
                }
            };
            json!({
                "name": format!("{suite}::{}", test.name),
                "status": status,
                "message": message,
                "place": place,
                "seconds": seconds(test.duration.as_millis()),
            })
        })
        .collect()
}

fn coverage(coverage: &crate::coverage::Coverage) -> Value {
    let files = coverage.files.iter().map(|file| {
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
