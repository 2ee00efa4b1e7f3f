//! The audit stage: cargo-deny on the dependencies, with an advisory database that is there.
//!
//! Nothing is downloaded. What cannot be checked is said and counts as not run.

use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use super::report::Outcome;
use super::{Context, shell};
use crate::cargo::process::{End, Streams, run as run_process};
use crate::diagnostic::{Diagnostic, Level};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::tools::answers;

pub(super) fn run(context: &Context) -> Result<Outcome, Error> {
    let Some(checks) = Checks::possible(context) else {
        let remedy =
            "`cargo install cargo-deny --locked && cargo deny fetch` brings it and its database";
        return Ok(cannot(context, "cargo-deny is not there", remedy));
    };
    if checks.names.is_empty() {
        return Ok(cannot(
            context,
            "there is no advisory database and no deny.toml",
            FETCH,
        ));
    }
    let finished = run_process(command(context, &checks), Streams::Capture, None)?;
    let found: Vec<Diagnostic> = finished.output.lines().filter_map(diagnostic).collect();
    let errors = found.iter().filter(|found| found.level == Level::Error);
    let errors = errors.count();
    match finished.end {
        End::Exited(0) if checks.has("advisories") => {
            let covered = checks.names.join(", ");
            context
                .console
                .say(format!("AUDIT PASSED: cargo-deny has checked {covered}"));
            Ok(Outcome::new(ExitCode::Passed, covered).finding(found))
        }
        End::Exited(0) => Ok(cannot(
            context,
            "licences and sources are in order, but there is no advisory database",
            FETCH,
        )),
        End::Exited(_) if errors > 0 => {
            for found in &found {
                context.console.say(&found.rendered);
            }
            let summary = format!("{errors} found by cargo-deny");
            context
                .console
                .say(format!("AUDIT FAILED: {summary}, stopping the pipeline"));
            let outcome = Outcome::new(ExitCode::Gate, summary).finding(found);
            Ok(outcome.repeated_by(shell(&command(context, &checks))))
        }
        end => Err(Error::Setup(format!(
            "cargo deny ended with {end}\n{}",
            finished.output.trim_end()
        ))),
    }
}

pub(super) fn commands(context: &Context) -> Vec<String> {
    Checks::possible(context).map_or_else(
        || vec!["nothing: cargo-deny is not there".into()],
        |checks| vec![shell(&command(context, &checks))],
    )
}

/// What can be checked here.
struct Checks {
    names: Vec<&'static str>,
}

impl Checks {
    fn possible(context: &Context) -> Option<Self> {
        if !answers(&["deny", "--version"]) {
            return None;
        }
        let mut names = Vec::new();
        if has_database() {
            names.push("advisories");
        }
        // Without its file cargo-deny allows no licence at all, which says nothing.
        if context.workspace.root().join("deny.toml").exists() {
            names.extend(["licenses", "bans", "sources"]);
        }
        Some(Self { names })
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }
}

fn command(context: &Context, checks: &Checks) -> Command {
    let mut command = crate::cargo::command();
    command
        .args(["deny", "--offline", "--format", "json", "--manifest-path"])
        .arg(context.workspace.manifest())
        .args(["--workspace", "check"])
        .args(&checks.names)
        .current_dir(context.workspace.root());
    command
}

/// Whether cargo-deny has fetched an advisory database some time.
fn has_database() -> bool {
    let home = cargo_config2::cargo_home_with_cwd(&std::env::current_dir().unwrap_or_default());
    let folders = home.map(|home| ["advisory-dbs", "advisory-db"].map(|name| home.join(name)));
    let is_filled = |folder: &PathBuf| {
        let mut entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.next().is_some()
    };
    folders.is_some_and(|folders| folders.iter().any(is_filled))
}

const FETCH: &str = "`cargo deny fetch` brings the database";

fn cannot(context: &Context, why: &str, remedy: &str) -> Outcome {
    let told = format!("audit: NOT RUN: {why}; {remedy}");
    context.console.say(told);
    Outcome::not_run(why)
}

/// A line of `cargo deny --format json`.
#[derive(Deserialize)]
struct Line {
    fields: Fields,
}

#[derive(Deserialize)]
struct Fields {
    severity: String,
    message: String,
    code: Option<String>,
    advisory: Option<Advisory>,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
}

fn diagnostic(line: &str) -> Option<Diagnostic> {
    let Line { fields } = serde_json::from_str(line).ok()?;
    let level = match fields.severity.as_str() {
        "error" => Level::Error,
        "warning" => Level::Warning,
        _ => return None,
    };
    let code = fields.advisory.map(|advisory| advisory.id).or(fields.code);
    let shown = code.as_deref().unwrap_or("cargo-deny");
    Some(Diagnostic {
        level,
        rendered: format!("{}: {shown}: {}", fields.severity, fields.message),
        code,
        message: fields.message,
        file: Some("Cargo.lock".into()),
        lines: None,
        column: None,
    })
}

#[cfg(test)]
mod tests {
    use super::diagnostic;

    #[test]
    fn an_advisory_is_read_with_its_number() {
        let line = r#"{"type":"diagnostic","fields":{"severity":"error","code":"vulnerability",
            "message":"a use after free","advisory":{"id":"RUSTSEC-2021-0001"},"labels":[]}}"#;
        let found = diagnostic(line).expect("a diagnostic");
        assert_eq!(found.rendered, "error: RUSTSEC-2021-0001: a use after free");
    }
}
