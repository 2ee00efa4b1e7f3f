//! `ci-stage merge`: the shards of a run, put together into one verdict.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Choice, Place, stages};
use crate::cargo::{TestScope, Workspace};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::mutate;
use crate::pipeline::Run;
use crate::plan::{Plan, Step};
use crate::report::{self, write_whole};
use crate::settings::{Percent, Settings};
use crate::shard::{Identity, Merged, MergedTests, Part, Set, Timings, Work};
use crate::stage::{CoverageRequest, MutantGates, Stage};
use crate::verdict::Verdict;

/// What is merged, and what is asked of it.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Folders at or below which shards lie
    #[arg(value_name = "DIR", required = true)]
    folders: Vec<PathBuf>,
    /// Run the rest of the pipeline too: what stands before the tests, and what comes after
    #[arg(long)]
    pipeline: bool,
    /// The least percentage of lines [default: coverage.lines, or 90]
    #[arg(long, value_name = "PERCENT")]
    fail_under_lines: Option<Percent>,
    /// Exit with 5 when fewer of the mutants are noticed
    #[arg(long, value_name = "PERCENT")]
    fail_under: Option<Percent>,
    /// Exit with 5 when more of the mutants go unnoticed
    #[arg(long, value_name = "N")]
    max_survivors: Option<usize>,
}

pub(super) fn run(place: &Place, arguments: &Arguments) -> Result<ExitCode, Error> {
    let workspace = Workspace::find(place.manifest_path.as_deref())?;
    let settings = Settings::read(&workspace)?;
    let merged = merged(&workspace, &settings, &arguments.folders)?;
    let plan = plan(&workspace, &settings, arguments, &merged)?;
    let timings = timings(&merged);
    let run = Run {
        plan,
        merged: Some(Arc::new(merged)),
        ..stages::prepare(place, None, &Choice::default())?
    };
    let run = as_merged(run);
    let class = stages::conclude(&run)?;
    report::write_all(&workspace, &Verdict::read(&Verdict::file(&workspace))?)?;
    let file = workspace.target_directory().join("ci/timings.json");
    let text = serde_json::to_string_pretty(&timings)
        .map_err(|error| Error::Setup(format!("cannot write the times: {error}")))?;
    write_whole(&file, &(text + "\n"))?;
    Ok(class)
}

/// Nothing of the tests is compiled here.
fn as_merged(mut run: Run) -> Run {
    run.options.measure = run.plan.has("coverage");
    run.options.fused = false;
    if let [only] = run.plan.steps.as_slice() {
        only.stage.name().clone_into(&mut run.command);
    }
    run
}

fn merged(
    workspace: &Workspace,
    settings: &Settings,
    folders: &[PathBuf],
) -> Result<Merged, Error> {
    let mut parts = Vec::new();
    for folder in folders {
        parts.extend(Part::below(folder)?);
    }
    let is_tests = |part: &Part| matches!(part.manifest.work, Work::Tests(_));
    let (tests, mutants): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(is_tests);
    let here = Identity::of(workspace, settings, [])?;
    let whole = |parts: Vec<Part>| -> Result<Option<Set>, Error> {
        if parts.is_empty() {
            return Ok(None);
        }
        let set = Set::of(parts)?;
        set.is_of(&here)?;
        Ok(Some(set))
    };
    let tests = whole(tests)?;
    let mutants = whole(mutants)?;
    let tests = tests.map(|set| MergedTests::of(&set, workspace));
    let mutants = mutants.map(|set| mutate::merged(&set, workspace));
    Ok(Merged {
        tests: tests.transpose()?,
        mutants: mutants.transpose()?,
    })
}

/// The stages for which the shards stand, and the pipeline round them where it is wanted.
fn plan(
    workspace: &Workspace,
    settings: &Settings,
    arguments: &Arguments,
    merged: &Merged,
) -> Result<Plan, Error> {
    let mutants = merged.mutants.as_ref().map(|_| {
        let asked = MutantGates {
            fail_under: arguments.fail_under,
            max_survivors: arguments.max_survivors,
        };
        step(Stage::Mutants(asked.or(settings.mutate.gates())))
    });
    if mutants.is_none() && (arguments.fail_under.is_some() || arguments.max_survivors.is_some()) {
        return Err(Error::Usage(
            "--fail-under and --max-survivors are about mutants, and there is no shard of a sweep; \
             the gate of coverage is --fail-under-lines"
                .into(),
        ));
    }
    let mut steps = Vec::new();
    if let Some(tests) = &merged.tests {
        steps.push(step(Stage::Test(tests.scope.clone())));
        if tests.is_measured() {
            steps.push(step(Stage::Coverage(CoverageRequest {
                fail_under: arguments.fail_under_lines,
                ..CoverageRequest::default()
            })));
        }
    }
    if arguments.pipeline {
        steps = round(workspace, settings, merged, &steps)?;
    }
    if let Some(mutants) = mutants {
        let after = steps
            .iter()
            .rposition(|step| Plan::is_of_tests(&step.stage));
        steps.insert(after.map_or(0, |place| place + 1), mutants);
    }
    Ok(Plan { steps })
}

fn step(stage: Stage) -> Step {
    Step {
        stage,
        beside: None,
    }
}

/// The whole pipeline, with the merged stages at their places.
fn round(
    workspace: &Workspace,
    settings: &Settings,
    merged: &Merged,
    own: &[Step],
) -> Result<Vec<Step>, Error> {
    let whole = merged.tests.as_ref();
    let whole = whole.is_some_and(|tests| tests.scope == TestScope::Workspace);
    let mut plan = Plan::select(workspace, settings, &crate::plan::Selection::default())?;
    for step in &mut plan.steps {
        if !Plan::is_of_tests(&step.stage) {
            continue;
        }
        let name = step.stage.name();
        let merged = own.iter().find(|one| one.stage.name() == name);
        let Some(merged) = merged.filter(|_| whole) else {
            return Err(Error::Usage(format!(
                "--pipeline needs shards that stand for its stage `{name}`: all of the workspace's \
                 tests, measured"
            )));
        };
        step.stage = merged.stage.clone();
    }
    Ok(plan.steps)
}

fn timings(merged: &Merged) -> Timings {
    let mut timings = Timings::default();
    if let Some(run) = merged.tests.as_ref().and_then(|tests| tests.run().ok()) {
        timings = Timings::of_tests(&run.tested.transcript);
    }
    if let Some(matrix) = &merged.mutants {
        let of_mutants = Timings::of_mutants(matrix);
        timings.version = of_mutants.version;
        timings.mutants = of_mutants.mutants;
    }
    timings
}
