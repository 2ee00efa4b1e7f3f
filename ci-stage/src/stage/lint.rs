//! The lint stage: `cargo fmt --check`, then clippy with every warning an error.

use std::io::IsTerminal;

use super::{Context, Outcome};
use crate::cargo::process::Streams;
use crate::cargo::{Diagnostics, diagnose, process};
use crate::error::Error;
use crate::exit::ExitCode;

pub(super) fn run(context: &Context) -> Result<Outcome, Error> {
    let mut formatting = context.workspace.cargo(&["fmt", "--all", "--check"]);
    if !wants_colour() {
        // rustfmt colours even what goes to a file.
        formatting.args(["--", "--color", "never"]);
    }
    if !process::run(formatting, Streams::Show, None)?.end.success() {
        context.format.say(
            "LINT FAILED: the code is not formatted; `cargo fmt --all` formats it, stopping the pipeline",
        );
        return Ok(Outcome::new(ExitCode::Lint, "the code is not formatted"));
    }
    let clippy = diagnose(
        &context.workspace,
        &["clippy", "--workspace", "--all-targets"],
        &["--", "-D", "warnings"],
        wants_colour(),
    )?;
    Ok(judge(context, &clippy))
}

fn wants_colour() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

fn judge(context: &Context, clippy: &Diagnostics) -> Outcome {
    if clippy.success {
        context
            .format
            .say("LINT PASSED: formatted, and clippy has nothing to say");
        return Outcome::new(ExitCode::Passed, "formatted, no warning");
    }
    context.format.say(&clippy.rendered);
    if clippy.lints == 0 || clippy.errors > 0 {
        let verdict = "BUILD FAILED: the code does not compile, stopping the pipeline";
        context.format.say(verdict);
        return Outcome::new(ExitCode::DoesNotBuild, "the code does not compile");
    }
    let count = clippy.lints;
    let summary = format!(
        "{count} {} from clippy",
        if count == 1 { "warning" } else { "warnings" }
    );
    context
        .format
        .say(format!("LINT FAILED: {summary}, stopping the pipeline"));
    Outcome::new(ExitCode::Lint, summary)
}
