//! From sources to a build of all mutants with its unmutated behaviour proven.

mod assemble;
mod baseline;
mod schema;
mod suspect;

use std::collections::BTreeSet;
use std::time::Duration;

use super::lab::{Flavour, Lab};
use super::operators::Operator;
use super::plan::Plan;
use super::probe::Probe;
use super::program::Program;
use super::runner::Runner;
use super::state::State;
use crate::cargo::Workspace;
use crate::error::Error;

/// What is mutated.
pub(super) struct Mutated<'a> {
    pub(super) operators: Vec<&'a Operator>,
    /// Whether capacities, time-outs, seeds, versions and texts are mutated too.
    pub(super) low_value: bool,
}

/// The unmutated behaviour of the tests.
pub(super) struct Baseline {
    pub(super) durations: Vec<Duration>,
    /// Tests that changed their mind between unmutated runs.
    pub(super) flaky: BTreeSet<usize>,
    /// For each test the constants that it reads.
    pub(super) reads: Vec<BTreeSet<usize>>,
}

/// Prepares a workspace: resolves, builds, and compares with the unmutated run.
pub(super) fn prepare(
    lab: &Lab,
    workspace: &Workspace,
    mutated: &Mutated<'_>,
    inputs: &str,
    jobs: usize,
    say: &dyn Fn(&str),
) -> Result<State, Error> {
    let program = Program::read(workspace, &lab.original, &lab.judges.scope);
    say("resolving constants and building the tests");
    let probe = Probe::of(&program);
    let trial = lab.build(Flavour::Probe, &probe.texts())?;
    if !trial.build.diagnostics.success {
        return Err(Error::DoesNotBuild(trial.build.diagnostics.rendered));
    }
    let resolved = probe.read(&program, trial.workspace.root(), &trial.build.messages);
    let mut unmutated = Runner::new(trial.workspace, trial.build.built, lab)?;
    if unmutated.cases.iter().all(|case| case.ignored) {
        return Err(Error::NoTests(
            "no test judges: nothing to mutate against".to_owned(),
        ));
    }
    say("running the tests unmutated");
    let flaky = baseline::unmutated(&mut unmutated, jobs)?;
    let plan = Plan::new(&program, &resolved, &mutated.operators, mutated.low_value);
    say("building all mutants at once");
    let built = schema::build(lab, &program, &plan, inputs)?;
    let mut baseline = Baseline {
        durations: unmutated.baseline.clone(),
        flaky,
        reads: vec![BTreeSet::new(); unmutated.cases.len()],
    };
    let runner = match built.trial {
        Some(trial) => {
            let mut runner = Runner::new(trial.workspace, trial.build.built, lab)?;
            runner.apart.clone_from(&unmutated.apart);
            say("finding out which test reads which constant");
            let agrees = baseline::reach(
                &unmutated,
                &mut runner,
                &mut baseline,
                &lab.path("reads"),
                jobs,
            )?;
            agrees.then_some(runner)
        }
        None => None,
    };
    let suspects = suspect::suspects(&program, &plan);
    let facts = assemble::Facts {
        program: &program,
        plan: &plan,
        choices: &built.choices,
        suspects: &suspects,
        baseline: &baseline,
        plain: &unmutated,
        schema: runner.as_ref(),
    };
    Ok(facts.state())
}
