//! Judging mutants: which tests fail for each of them.

mod rebuild;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::lab::Lab;
use super::matrix::{Kill, Mutant, Test, TestId, TestedBy, Verdict};
use super::rewrite::restore_names;
use super::runner::{Outcome, Ran, Runner, Switch};
use super::state::State;
use crate::error::Error;
use crate::parallel;
use crate::transcript::Failure;

pub(super) use rebuild::{Edited, Rebuilds};

/// Judges the chosen mutants: those that live in the build of all mutants first.
pub(super) fn judge(
    lab: &Lab,
    state: &State,
    runner: Option<&Runner>,
    chosen: &BTreeSet<u32>,
    jobs: usize,
) -> Result<Vec<Mutant>, Error> {
    let mut mutants: Vec<Mutant> = state
        .mutants
        .iter()
        .filter(|mutant| chosen.contains(&mutant.id))
        .cloned()
        .collect();
    if let Some(runner) = runner {
        let words = Words::new(lab, runner);
        let in_schema: Vec<usize> = (0..mutants.len())
            .filter(|place| mutants[*place].tested_by == TestedBy::Schema)
            .collect();
        let results = parallel::map(&in_schema, jobs, |worker, &place| {
            let mutant = &mutants[place];
            runner.run(worker, &mutant.covered_by, &Switch::Mutant(mutant.id))
        })?;
        for (place, ran) in in_schema.into_iter().zip(results) {
            let mutant = &mut mutants[place];
            let tests = mutant.covered_by.clone();
            note(mutant, &tests, &ran, &words);
            if compiler_may_refuse(state, mutant) {
                mutant.tested_by = TestedBy::Rebuild;
            }
        }
    }
    let rebuilds = Rebuilds::new(lab, state, jobs);
    for mutant in mutants
        .iter_mut()
        .filter(|mutant| mutant.tested_by == TestedBy::Rebuild)
    {
        rebuilds.judge(mutant)?;
    }
    mark_flaky(&mut mutants, &state.tests);
    Ok(mutants)
}

/// A verdict that flaky tests alone have given may change.
pub(super) fn mark_flaky(mutants: &mut [Mutant], tests: &[Test]) {
    for mutant in mutants {
        let decided = mutant.noticed_by();
        mutant.flaky = !decided.is_empty() && decided.iter().all(|test| tests[*test].flaky);
    }
}

/// Writes the end of each test and the verdict that follows into a mutant.
fn note(mutant: &mut Mutant, tests: &[TestId], ran: &[Ran], words: &Words) {
    mutant.killed_by.clear();
    mutant.timed_out.clear();
    for (&test, ran) in tests.iter().zip(ran) {
        match &ran.end {
            Outcome::Failed(failure) => mutant.killed_by.push(words.kill(test, failure)),
            Outcome::TimedOut(_) => mutant.timed_out.push(test),
            Outcome::Passed | Outcome::NoSuchValue => {}
        }
    }
    mutant.duration_ms = milliseconds(ran.iter().map(|ran| ran.duration).sum());
    mutant.verdict = if !mutant.killed_by.is_empty() {
        Verdict::Killed
    } else if !mutant.timed_out.is_empty() {
        Verdict::Timeout
    } else if tests.is_empty() {
        Verdict::NoCoverage
    } else {
        Verdict::Survived
    };
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// What a real edit may turn from a panic into a compile error: arithmetic on known values, on a
/// line where the constant is used.
fn compiler_may_refuse(state: &State, mutant: &Mutant) -> bool {
    const PANICS: [&str; 2] = ["attempt to ", "index out of bounds"];
    let constant = &state.constants[mutant.constant];
    let fed = constant.feeds.iter().map(|fed| &state.constants[*fed]);
    let places: BTreeSet<(&str, usize)> = fed
        .chain([constant])
        .flat_map(|constant| &constant.uses)
        .map(|one| (one.span.file.as_str(), one.span.line))
        .collect();
    mutant.killed_by.iter().any(|kill| {
        let place = kill.file.as_deref().zip(kill.line);
        PANICS.iter().any(|panic| kill.message.starts_with(panic))
            && place.is_some_and(|place| places.contains(&place))
    })
}

/// Turns what a copy's test wrote into what the user's own would have written.
pub(super) struct Words {
    copy: String,
    original: String,
}

impl Words {
    pub(super) fn new(lab: &Lab, runner: &Runner) -> Self {
        Self::between(runner.workspace.root(), &lab.original.root)
    }

    fn between(copy: &Path, original: &Path) -> Self {
        Self {
            copy: copy.display().to_string(),
            original: original.display().to_string(),
        }
    }

    pub(super) fn text(&self, text: &str) -> String {
        restore_names(&text.replace(&self.copy, &self.original))
    }

    /// A path relative to the root, where it lies below it.
    fn path(&self, path: &str) -> String {
        let path = self.text(path);
        let below = path
            .strip_prefix(&self.original)
            .and_then(|rest| rest.strip_prefix('/'));
        below.map_or_else(|| path.clone(), str::to_owned)
    }

    pub(super) fn failure(&self, failure: &Failure) -> Failure {
        Failure {
            location: failure
                .location
                .as_ref()
                .map(|location| self.text(location)),
            message: self.text(&failure.message),
            timed_out: failure.timed_out,
            output: self.text(&failure.output),
        }
    }

    fn kill(&self, test: TestId, failure: &Failure) -> Kill {
        let place = failure
            .location
            .as_deref()
            .and_then(|location| location.rsplit_once(':'));
        Kill {
            test,
            message: self.text(&failure.message),
            file: place.map(|(file, _)| self.path(file)),
            line: place.and_then(|(_, line)| line.parse().ok()),
        }
    }
}
