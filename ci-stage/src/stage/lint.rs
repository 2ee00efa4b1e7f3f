//! The lint stage: `cargo fmt --check`, then clippy with every warning an error.

use std::io::IsTerminal;
use std::process::Command;

use super::report::Outcome;
use super::{Context, Shared, lock, shell, test};
use crate::cargo::process::{Streams, run as run_process};
use crate::cargo::{Diagnostics, diagnose};
use crate::diagnostic::{Diagnostic, Level};
use crate::error::Error;
use crate::exit::ExitCode;

const CLIPPY: [&str; 3] = ["clippy", "--workspace", "--all-targets"];
const DENY: [&str; 3] = ["--", "-D", "warnings"];

pub(super) fn run(context: &Context, shared: &Shared) -> Result<Outcome, Error> {
    if let Some(unformatted) = check_format(context)? {
        return Ok(unformatted);
    }
    if context.options.fused {
        return fused(context, shared);
    }
    let (clippy, messages) = diagnose(&context.workspace, &CLIPPY, &DENY, wants_colour())?;
    let outcome = judge(context, &clippy).finding(Diagnostic::of_messages(&messages));
    Ok(outcome)
}

pub(super) fn commands(context: &Context) -> Vec<String> {
    let clippy = if context.options.fused {
        "clippy, in the compile of the tests".into()
    } else {
        let mut command = context.workspace.cargo(&CLIPPY);
        command.args(DENY);
        shell(&command)
    };
    vec![shell(&formatting(context)), clippy]
}

fn formatting(context: &Context) -> Command {
    let mut command = context.workspace.cargo(&["fmt", "--all", "--check"]);
    if !wants_colour() {
        // rustfmt colours even what goes to a file.
        command.args(["--", "--color", "never"]);
    }
    command
}

fn check_format(context: &Context) -> Result<Option<Outcome>, Error> {
    if run_process(formatting(context), Streams::Show, None)?
        .end
        .success()
    {
        return Ok(None);
    }
    let mut list = context.workspace.cargo(&["fmt", "--all", "--check"]);
    list.args(["--", "-l"]);
    let listed = run_process(list, Streams::Capture, None)?;
    let root = context.workspace.root();
    let files = listed.output.lines().map(|line| {
        let path = std::path::Path::new(line);
        path.strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string()
    });
    let found = files
        .filter(|file| {
            std::path::Path::new(file)
                .extension()
                .is_some_and(|ending| ending == "rs")
        })
        .map(|file| Diagnostic {
            level: Level::Error,
            code: Some("rustfmt".into()),
            message: "the file is not formatted".into(),
            file: Some(file),
            lines: None,
            column: None,
            rendered: String::new(),
        });
    context.console.say(
        "LINT FAILED: the code is not formatted; `cargo fmt --all` formats it, stopping the pipeline",
    );
    let outcome = Outcome::new(ExitCode::Lint, "the code is not formatted");
    Ok(Some(
        outcome
            .finding(found.collect())
            .repeated_by("cargo fmt --all --check"),
    ))
}

fn wants_colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Takes the warnings from the one compile that builds the tests as well.
fn fused(context: &Context, shared: &Shared) -> Result<Outcome, Error> {
    let compiled = match test::compile(context, shared) {
        Err(Error::DoesNotBuild(rendered)) => {
            let failed = Diagnostics {
                rendered,
                errors: 1,
                ..Diagnostics::default()
            };
            return Ok(judge(context, &failed));
        }
        compiled => compiled?,
    };
    let found = Diagnostic::of_messages(&compiled.messages);
    let rendered: String = found.iter().map(|found| found.rendered.as_str()).collect();
    let clippy = Diagnostics {
        success: found.is_empty(),
        rendered,
        lints: found.len(),
        errors: 0,
    };
    *lock(&shared.compiled) = Some(compiled);
    Ok(judge(context, &clippy).finding(found))
}

fn judge(context: &Context, clippy: &Diagnostics) -> Outcome {
    if clippy.success {
        let verdict = "LINT PASSED: formatted, and clippy has nothing to say";
        context.console.say(verdict);
        return Outcome::new(ExitCode::Passed, "formatted, no warning");
    }
    context.console.say(&clippy.rendered);
    let repeat = "cargo clippy --workspace --all-targets -- -D warnings";
    if clippy.lints == 0 || clippy.errors > 0 {
        let verdict = "BUILD FAILED: the code does not compile, stopping the pipeline";
        context.console.say(verdict);
        let outcome = Outcome::new(ExitCode::DoesNotBuild, "the code does not compile");
        return outcome.repeated_by(repeat);
    }
    let count = clippy.lints;
    let summary = format!(
        "{count} {} from clippy",
        if count == 1 { "warning" } else { "warnings" }
    );
    context
        .console
        .say(format!("LINT FAILED: {summary}, stopping the pipeline"));
    Outcome::new(ExitCode::Lint, summary).repeated_by(repeat)
}
