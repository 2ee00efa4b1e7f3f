//! From the command line to stages, and from their verdict to the exit code.

use std::time::Duration;

use super::{Choice, Command, How, Place, scope};
use crate::cargo::Workspace;
use crate::console::{Format, print};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::pipeline::Run;
use crate::plan::{Plan, Selection, Step};
use crate::report::terminal;
use crate::settings::Settings;
use crate::shard::{self, Sharding};
use crate::stage::{BuildRequest, CoverageRequest, Options, Report, Stage};
use crate::suite::Limits;
use crate::tools::has_nextest;
use crate::verdict::Verdict;

/// Runs the stages that a command names; without one, the whole pipeline.
pub(super) fn run(
    place: &Place,
    command: Option<Command>,
    choice: &Choice,
) -> Result<ExitCode, Error> {
    let run = prepare(place, command, choice)?;
    if choice.dry_run || choice.explain.is_some() {
        print(run.explain()?.trim_end());
        return Ok(ExitCode::Passed);
    }
    if let Some(sharding) = &run.options.sharding {
        return share(&run, sharding);
    }
    if place.how.watch {
        return crate::watch::run(&run, || conclude(&run));
    }
    conclude(&run)
}

/// Runs one share of the tests; what it means is said where all shares are merged.
fn share(run: &Run, sharding: &Sharding) -> Result<ExitCode, Error> {
    let [
        Step {
            stage: Stage::Test(scope),
            ..
        },
    ] = run.plan.steps.as_slice()
    else {
        return Err(Error::Usage("only tests are divided into shards".into()));
    };
    let left = shard::tests(run, sharding, scope)?;
    run.format.say(format!(
        "shard {}: {} of {} tests, divided by {}, in {}",
        sharding.shard,
        left.mine,
        left.all,
        left.by,
        left.folder.display()
    ));
    if run.format == Format::Json {
        print(left.verdict.json()?);
    }
    Ok(sharding.exit_code(left.verdict.class))
}

pub(super) fn conclude(run: &Run) -> Result<ExitCode, Error> {
    let verdict = run.execute()?;
    crate::artifact::attest(&run.workspace, &verdict)?;
    show(run, &verdict);
    crate::report::publish(&run.workspace, &verdict)?;
    if run.format == Format::Json {
        print(verdict.json()?);
    }
    Ok(verdict.class)
}

fn show(run: &Run, verdict: &Verdict) {
    let is_pipeline = verdict.stages.len() > 1;
    if let Some(red) = verdict.red().filter(|_| is_pipeline) {
        run.format.say(terminal::last_screen(red));
    }
    if !verdict.lowered_gates.is_empty() {
        run.format.say(terminal::lowered(&verdict.lowered_gates));
    }
    if is_pipeline {
        run.format.say(terminal::summary(verdict));
    }
}

pub(super) fn prepare(
    place: &Place,
    command: Option<Command>,
    choice: &Choice,
) -> Result<Run, Error> {
    let workspace = Workspace::find(place.manifest_path.as_deref())?;
    let settings = Settings::read(&workspace)?;
    let mut limits = Limits::per_test(settings.test.timeout());
    if let Some(Command::Test { timeout, jobs, .. }) = &command {
        limits.test = timeout.map_or(limits.test, Duration::from_secs);
        limits.jobs = jobs.map_or(limits.jobs, usize::from);
    }
    let sharding = match &command {
        Some(Command::Test { share, .. }) => share.sharding(&workspace)?,
        _ => None,
    };
    let (name, plan) = plan(&workspace, &settings, command, choice)?;
    let How {
        fused,
        no_cache,
        retries,
        pause_on_failure,
        ..
    } = place.how;
    let options = Options {
        limits,
        retries: retries.unwrap_or(settings.test.retries),
        nextest: plan.runs_tests() && has_nextest(),
        measure: plan.has("coverage") || (sharding.is_some() && measures(&workspace, &settings)?),
        fused: fused && plan.runs_tests(),
        sharding,
    };
    Ok(Run {
        cached: !no_cache && !deploys(&settings),
        workspace,
        settings,
        options,
        plan,
        command: name,
        format: place.format,
        install: place.setup,
        on_failure: if pause_on_failure { pause } else { |_| () },
        merged: None,
    })
}

/// Whether the pipeline asks for coverage, which a share of its tests has to measure then.
fn measures(workspace: &Workspace, settings: &Settings) -> Result<bool, Error> {
    Ok(Plan::select(workspace, settings, &Selection::default())?.has("coverage"))
}

fn plan(
    workspace: &Workspace,
    settings: &Settings,
    command: Option<Command>,
    choice: &Choice,
) -> Result<(String, Plan), Error> {
    let stage = match command {
        Some(Command::Test { what, .. }) => Stage::Test(scope::find(workspace, what.as_deref())?),
        Some(Command::Lint) => Stage::Lint,
        Some(Command::Coverage {
            fail_under,
            of_record,
            ungated,
        }) => Stage::Coverage(CoverageRequest {
            fail_under,
            of_record,
            ungated,
        }),
        Some(Command::Build { check }) => Stage::Build(BuildRequest { check }),
        Some(Command::Docs) => Stage::Docs,
        Some(Command::Audit) => Stage::Audit,
        Some(Command::Secrets) => Stage::Secrets,
        Some(Command::Unused) => Stage::Unused,
        command => {
            let run = match command {
                Some(Command::Run { stages, .. }) => stages,
                _ => Vec::new(),
            };
            let selection = selection(run, choice);
            let plan = Plan::select(workspace, settings, &selection)?;
            return Ok(("pipeline".into(), plan));
        }
    };
    Ok((stage.name().to_owned(), Plan::of_stage(stage)))
}

fn selection(run: Vec<String>, choice: &Choice) -> Selection {
    let explained = choice.explain.clone();
    Selection {
        run: explained.map_or(run, |stage| vec![stage]),
        from: choice.from.clone(),
        until: choice.until.clone(),
        only: choice.only.clone(),
        skip: choice.skip.clone(),
    }
}

/// Whether this is a CI server's run of a branch that deploys: there every run is a real one.
fn deploys(settings: &Settings) -> bool {
    const BRANCHES: [&str; 5] = [
        "GITHUB_REF_NAME",
        "CI_COMMIT_BRANCH",
        "CIRCLE_BRANCH",
        "BRANCH_NAME",
        "TRAVIS_BRANCH",
    ];
    let branch = BRANCHES.iter().find_map(|name| std::env::var(name).ok());
    let deploying = &settings.cache.deploying_branches;
    std::env::var_os("CI").is_some() && branch.is_some_and(|name| deploying.contains(&name))
}

/// Lets a person look at what is left before the run ends and cleans up.
fn pause(report: &Report) {
    use std::io::{IsTerminal, Read};
    if !std::io::stdin().is_terminal() {
        return;
    }
    crate::console::complain(format_args!(
        "{} is red; everything is as it left it. Press Enter to go on",
        report.name
    ));
    let _ = std::io::stdin().read(&mut [0]);
}
