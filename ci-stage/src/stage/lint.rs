//! The lint stage: `cargo fmt --check`, then clippy with every warning an error.

use std::io::IsTerminal;
use std::process::Command;

use cargo_metadata::{CompilerMessage, Target};

use super::report::Outcome;
use super::{Context, Shared, lock, shell, test};
use crate::cargo::process::{Streams, run as run_process};
use crate::cargo::{Diagnostics, Instrumentation, build_untested, diagnose};
use crate::diagnostic::{Diagnostic, Level};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::plural::counted;

const CLIPPY: [&str; 3] = ["clippy", "--workspace", "--all-targets"];
const DENY: [&str; 3] = ["--", "-D", "warnings"];

pub(super) fn run(context: &Context, shared: &Shared) -> Result<Outcome, Error> {
    if let Some(unformatted) = check_format(context)? {
        return Ok(unformatted);
    }
    if context.options.fused {
        return fused(context, shared);
    }
    clippy(context, &CLIPPY)
}

fn clippy(context: &Context, subcommand: &[&str]) -> Result<Outcome, Error> {
    let (clippy, messages) = diagnose(&context.workspace, subcommand, &DENY, wants_colour())?;
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
    let said = match compiled(context, shared) {
        // Clippy alone tells what is wrong with the code from what a lint forbids.
        Err(Error::DoesNotBuild(_)) => return clippy(context, &CLIPPY),
        said => said?,
    };
    let found = Diagnostic::of_messages(&said);
    if found.is_empty() && has_benches(context) {
        // No test run compiles them.
        return clippy(context, &["clippy", "--workspace", "--benches"]);
    }
    let rendered: String = found.iter().map(|found| found.rendered.as_str()).collect();
    let clippy = Diagnostics {
        success: found.is_empty(),
        rendered,
        lints: found.len(),
        errors: 0,
    };
    Ok(judge(context, &clippy).finding(found))
}

/// Compiles for the tests, leaves that for their stage, and gives all that the compiler said.
fn compiled(context: &Context, shared: &Shared) -> Result<Vec<CompilerMessage>, Error> {
    let compiled = test::compile(context, shared)?;
    let mut said = compiled.messages.clone();
    *lock(&shared.compiled) = Some(compiled);
    let instrumentation = Instrumentation::prepare(&context.workspace, true)?;
    said.extend(build_untested(&context.workspace, &instrumentation)?);
    Ok(said)
}

fn has_benches(context: &Context) -> bool {
    let packages = context.workspace.packages();
    let mut targets = packages.iter().flat_map(|package| &package.targets);
    targets.any(Target::is_bench)
}

fn judge(context: &Context, clippy: &Diagnostics) -> Outcome {
    if clippy.success {
        let verdict = "LINT PASSED: formatted, and clippy has nothing to say";
        context.console.say(verdict);
        return Outcome::new(ExitCode::Passed, "formatted, no warning");
    }
    context.console.say(&clippy.rendered);
    let repeat = "cargo clippy --workspace --all-targets -- -D warnings";
    if clippy.does_not_build() {
        let verdict = "BUILD FAILED: the code does not compile, stopping the pipeline";
        context.console.say(verdict);
        let outcome = Outcome::new(ExitCode::DoesNotBuild, "the code does not compile");
        return outcome.repeated_by(repeat);
    }
    let summary = format!("{} from clippy", counted(clippy.lints, "warning"));
    context
        .console
        .say(format!("LINT FAILED: {summary}, stopping the pipeline"));
    Outcome::new(ExitCode::Lint, summary).repeated_by(repeat)
}
