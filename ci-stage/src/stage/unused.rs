//! The unused stage: dependencies that no source mentions, where a tool for it is at hand.

use super::Context;
use super::report::Outcome;
use crate::cargo::process::{End, Streams, run as run_process};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::tools::answers;

/// Tools that find them, the more exact one first: the subcommand and what asks for its version.
const TOOLS: [(&str, &[&str]); 2] = [
    ("shear", &["shear", "--version"]),
    ("machete", &["machete", "--version"]),
];

fn tool() -> Option<&'static str> {
    let there = TOOLS.iter().find(|(_, version)| answers(version));
    there.map(|(name, _)| *name)
}

pub(super) fn run(context: &Context) -> Result<Outcome, Error> {
    let Some(tool) = tool() else {
        let why = "neither cargo-shear nor cargo-machete is there";
        context.console.say(format!(
            "unused: NOT RUN: {why}; `cargo install cargo-shear --locked` installs one"
        ));
        return Ok(Outcome::not_run(why));
    };
    let mut command = crate::cargo::command();
    command.arg(tool).current_dir(context.workspace.root());
    let end = run_process(command, Streams::Show, None)?.end;
    match end {
        End::Exited(0) => {
            context.console.say(format!(
                "UNUSED PASSED: cargo {tool} finds no unused dependency"
            ));
            Ok(Outcome::new(
                ExitCode::Passed,
                format!("none, says cargo {tool}"),
            ))
        }
        End::Exited(1) => {
            context.console.say(
                "UNUSED FAILED: a dependency is not used; its name stands above, stopping the pipeline",
            );
            let outcome = Outcome::new(ExitCode::Lint, "a dependency is not used");
            Ok(outcome.repeated_by(format!("cargo {tool}")))
        }
        end => Err(Error::Setup(format!("cargo {tool} ended with {end}"))),
    }
}

pub(super) fn commands(_context: &Context) -> Vec<String> {
    let tool = tool().map(|tool| format!("cargo {tool}"));
    vec![tool.unwrap_or_else(|| "nothing: neither cargo-shear nor cargo-machete is there".into())]
}
