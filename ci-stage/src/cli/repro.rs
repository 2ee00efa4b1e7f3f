//! `ci-stage repro`: the one command that repeats what failed.

use std::process::Command;

use super::Place;
use crate::cargo::Workspace;
use crate::cargo::process::{End, Streams, run as run_process};
use crate::console::{complain, print};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::verdict::Verdict;

pub(super) fn run(place: &Place, only_print: bool) -> Result<ExitCode, Error> {
    let workspace = Workspace::find(place.manifest_path.as_deref())?;
    let verdict = Verdict::read(&Verdict::file(&workspace))?;
    let Some(red) = verdict.red() else {
        print("the last run was green: there is nothing to repeat");
        return Ok(ExitCode::Passed);
    };
    let command = red
        .repeat
        .clone()
        .unwrap_or_else(|| format!("ci-stage run {}", red.name));
    if only_print {
        print(command);
        return Ok(ExitCode::Passed);
    }
    complain(format_args!("+ {command}"));
    if red.class == ExitCode::TimedOut {
        complain("it ran past its time limit, and here has none: ^C ends it");
    }
    let mut shell = Command::new("sh");
    shell.args(["-c", &as_ourselves(&command)]);
    workspace.prepare(&mut shell);
    match run_process(shell, Streams::Show, None)?.end {
        End::Exited(0) => Ok(ExitCode::Passed),
        _ => Ok(red.class),
    }
}

/// Where the command is one of ours, it is this program, wherever that is installed.
fn as_ourselves(command: &str) -> String {
    let own = std::env::current_exe().ok();
    match (command.strip_prefix("ci-stage "), own) {
        (Some(rest), Some(own)) => format!("'{}' {rest}", own.display()),
        _ => command.to_owned(),
    }
}
