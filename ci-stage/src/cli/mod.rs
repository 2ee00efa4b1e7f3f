//! The command line: what was asked for, as types.

mod cache;
mod command;
mod deliver;
mod doctor;
mod lesson;
mod manual;
mod merge;
mod mutate;
mod options;
mod provider;
mod report;
mod repro;
mod scope;
pub(crate) mod shard;
mod stages;

use std::ffi::OsString;

use clap::Parser;

use crate::cargo::process;
use crate::console::complain;
use crate::error::Error;
use crate::exit::ExitCode;
use command::Command;
use options::{Choice, How, Place};

const EXIT_CODES: &str = "\
Exit codes:
    0  passed                        6  lint
    1  a test failed                 7  set-up: a tool is missing
    2  wrong usage or configuration  8  the baseline fails already
    3  does not build                9  waiting for approval
    4  no test ran                  10  deployment failed, rolled back
    5  a gate is not met           124  timed out
                                   130  interrupted";

const EXAMPLES: &str = "\
Examples:
    ci-stage                         the whole pipeline: lint, test, coverage, build
    ci-stage --setup                 the same, after installing the tools that are missing
    ci-stage test test_pricing       the tests of one target
    ci-stage coverage --fail-under 90
    ci-stage -C ../other --format json test";

/// A CI harness for any Cargo workspace: the same pipeline at a desk and on a CI server.
///
/// Without a command it runs the pipeline: lint, test, coverage and build, or the stages of the
/// settings, and stops at the first that is red. A verdict comes from exit codes, never from searching a log; it is kept
/// in target/ci/verdict.json.
#[derive(Debug, Parser)]
#[command(name = "ci-stage", bin_name = "ci-stage", version, after_help = EXAMPLES)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    choice: Choice,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Parses the arguments and does what they ask. Errors have been printed when it returns.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes; clap knows which stream and code they take.
            let _ = error.print();
            return match error.exit_code() {
                0 => ExitCode::Passed,
                _ => ExitCode::Usage,
            };
        }
    };
    cli.run().unwrap_or_else(|error| {
        complain(format_args!("error: {error}"));
        error.exit_code()
    })
}

impl Cli {
    fn run(self) -> Result<ExitCode, Error> {
        let Self {
            place,
            choice,
            command,
        } = self;
        let directory = place.directory.as_deref();
        match command {
            Some(Command::Completions { shell }) => manual::completions(shell),
            Some(Command::Man { output }) => manual::pages(output.as_deref()),
            _ => {
                process::kill_everything_on_interrupt()?;
                if let Some(directory) = directory {
                    std::env::set_current_dir(directory).map_err(Error::io("enter", directory))?;
                }
                perform(&place, command, &choice)
            }
        }
    }
}

fn perform(place: &Place, command: Option<Command>, choice: &Choice) -> Result<ExitCode, Error> {
    match command {
        Some(Command::Lesson(lesson)) => lesson::run(place, &lesson),
        Some(Command::Mutate(arguments)) => mutate::run(place, &arguments),
        Some(Command::Merge(arguments)) => merge::run(place, &arguments),
        Some(Command::Report(arguments)) => report::run(place, &arguments),
        Some(Command::Provider { what, server }) => provider::run(place, what, server),
        Some(Command::Repro { print }) => repro::run(place, print),
        Some(Command::Cache { what }) => cache::run(place, what),
        Some(Command::Deliver(command)) => deliver::run(place, command),
        Some(Command::Doctor) => doctor::run(place),
        Some(Command::Run { stages, choice }) => {
            let command = Command::Run {
                stages,
                choice: Choice::default(),
            };
            stages::run(place, Some(command), &choice)
        }
        command => stages::run(place, command, choice),
    }
}
