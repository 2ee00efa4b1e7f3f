//! A stage of the workspace's own: command lines from the settings; exit codes decide.

use std::process::Command;

use super::Context;
use super::report::Outcome;
use crate::cargo::process::{Streams, run as run_process};
use crate::error::Error;
use crate::exit::ExitCode;

pub(super) fn run(context: &Context, name: &str) -> Result<Outcome, Error> {
    for line in commands(context, name) {
        let mut command = Command::new("sh");
        command.args(["-c", &line]);
        context.workspace.prepare(&mut command);
        let end = run_process(command, Streams::Show, None)?.end;
        if !end.success() {
            let class = context.settings.stage.get(name);
            let class = class.and_then(|stage| stage.class);
            let class = class.map_or(ExitCode::TestFailed, ExitCode::from);
            let summary = format!("`{line}` ended with {end}");
            let verdict = format!("BUILD FAILED: {summary}, stopping the pipeline");
            context.console.say(verdict);
            return Ok(Outcome::new(class, summary).repeated_by(line));
        }
    }
    context
        .console
        .say(format!("{} PASSED", name.to_uppercase()));
    Ok(Outcome::new(ExitCode::Passed, "every command succeeded"))
}

pub(super) fn commands(context: &Context, name: &str) -> Vec<String> {
    let stage = context.settings.stage.get(name);
    stage.map(|stage| stage.run.clone()).unwrap_or_default()
}
