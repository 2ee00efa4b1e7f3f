//! The docs stage: `cargo doc` with every warning an error, then the examples that rustdoc runs.

use std::process::Command;

use super::report::{Findings, Outcome};
use super::{Context, shell};
use crate::cargo::diagnose_command;
use crate::diagnostic::Diagnostic;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::suite;

pub(super) fn run(context: &Context) -> Result<Outcome, Error> {
    let (said, messages) = diagnose_command(rustdoc(context))?;
    if !said.success {
        let found = Diagnostic::of_messages(&messages);
        context.console.say(&said.rendered);
        let repeat = "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps --workspace";
        if said.does_not_build() {
            let verdict = "BUILD FAILED: the code does not compile, stopping the pipeline";
            context.console.say(verdict);
            let outcome = Outcome::new(ExitCode::DoesNotBuild, "the code does not compile");
            return Ok(outcome.finding(found).repeated_by(repeat));
        }
        let verdict = "DOCS FAILED: rustdoc has warnings, stopping the pipeline";
        context.console.say(verdict);
        let summary = format!("{} from rustdoc", found.len());
        let outcome = Outcome::new(ExitCode::Lint, summary);
        return Ok(outcome.finding(found).repeated_by(repeat));
    }
    let examples = suite::doctests(
        &context.workspace,
        context.options.limits.examples(),
        |_| (),
    )?;
    let class = examples.exit_code();
    if !matches!(class, ExitCode::Passed | ExitCode::NoTests) {
        context.console.say(&examples);
        let outcome = Outcome::new(class, "an example in the documentation fails");
        let outcome = outcome.repeated_by("cargo test --doc --workspace");
        let findings = Findings {
            tests: Some(examples),
            ..Findings::default()
        };
        return Ok(Outcome {
            findings,
            ..outcome
        });
    }
    context
        .console
        .say("DOCS PASSED: rustdoc has nothing to say, and every example runs");
    Ok(Outcome::new(ExitCode::Passed, "no warning, examples run"))
}

fn rustdoc(context: &Context) -> Command {
    let mut command =
        context
            .workspace
            .cargo(&["doc", "--no-deps", "--workspace", "--message-format=json"]);
    let set = std::env::var("RUSTDOCFLAGS").map(|flags| flags + " ");
    let flags = set.unwrap_or_default() + "-Dwarnings";
    command.env("RUSTDOCFLAGS", flags);
    command
}

pub(super) fn commands(context: &Context) -> Vec<String> {
    let examples = context.workspace.cargo(&["test", "--doc", "--workspace"]);
    vec![shell(&rustdoc(context)), shell(&examples)]
}
