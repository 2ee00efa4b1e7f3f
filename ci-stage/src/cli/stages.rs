//! From the command line to stages, and from their verdict to the exit code.

use std::time::Duration;

use super::{Command, Place, scope};
use crate::cargo::{TestScope, Workspace};
use crate::console::{Format, print};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::pipeline;
use crate::settings::Settings;
use crate::stage::{Context, Stage};
use crate::suite::Limits;

/// Runs the stages that a command names; without one, the whole pipeline.
pub(super) fn run(place: &Place, command: Option<Command>) -> Result<ExitCode, Error> {
    let workspace = Workspace::find(place.manifest_path.as_deref())?;
    let settings = Settings::read(&workspace)?;
    let mut limits = Limits::per_test(settings.test.timeout());
    if let Some(Command::Test { timeout, jobs, .. }) = &command {
        limits.test = timeout.map_or(limits.test, Duration::from_secs);
        limits.jobs = jobs.map_or(limits.jobs, usize::from);
    }
    let (name, stages) = stages(&workspace, command)?;
    let context = Context {
        workspace,
        settings,
        limits,
        format: place.format,
    };
    let verdict = pipeline::run(&context, name, &stages, place.setup)?;
    if stages.len() > 1 {
        pipeline::print_summary(place.format, &stages, &verdict);
    }
    if place.format == Format::Json {
        print(verdict.json()?);
    }
    Ok(verdict.class)
}

fn stages(
    workspace: &Workspace,
    command: Option<Command>,
) -> Result<(&'static str, Vec<Stage>), Error> {
    let stage = match command {
        Some(Command::Test { what, .. }) => Stage::Test(scope::find(workspace, what.as_deref())?),
        Some(Command::Lint) => Stage::Lint,
        Some(Command::Coverage { fail_under }) => Stage::Coverage(fail_under),
        Some(Command::Build) => Stage::Build,
        _ => return Ok(("pipeline", whole_pipeline())),
    };
    Ok((stage.name(), vec![stage]))
}

fn whole_pipeline() -> Vec<Stage> {
    vec![
        Stage::Lint,
        Stage::Test(TestScope::Workspace),
        Stage::Coverage(None),
        Stage::Build,
    ]
}
