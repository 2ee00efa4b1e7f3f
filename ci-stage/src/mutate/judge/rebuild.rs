//! A mutant as a real edit of a copy: slow, and beyond doubt.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{Words, milliseconds, note};
use crate::error::Error;
use crate::mutate::lab::{Flavour, Lab};
use crate::mutate::matrix::{Mutant, TestId, Verdict};
use crate::mutate::runner::{Ran, Runner, Switch};
use crate::mutate::state::State;
use crate::parallel;

/// What became of an edited copy.
pub(in crate::mutate) enum Edited {
    /// It does not compile; the compiler's errors.
    Broken(String),
    /// Its tests were run.
    Ran {
        runner: Box<Runner>,
        tests: Vec<TestId>,
        ran: Vec<Ran>,
    },
}

/// Real edits of one workspace.
pub(in crate::mutate) struct Rebuilds<'a> {
    lab: &'a Lab,
    state: &'a State,
    jobs: usize,
}

impl<'a> Rebuilds<'a> {
    pub(in crate::mutate) fn new(lab: &'a Lab, state: &'a State, jobs: usize) -> Self {
        Self { lab, state, jobs }
    }

    /// Judges a mutant by a real edit.
    pub(in crate::mutate) fn judge(&self, mutant: &mut Mutant) -> Result<(), Error> {
        let started = Instant::now();
        let range = mutant.span.byte_start..mutant.span.byte_end;
        match self.edit(&mutant.span.file, range, &mutant.replacement)? {
            Edited::Broken(errors) => {
                mutant.killed_by.clear();
                mutant.timed_out.clear();
                mutant.covered_by.clear();
                mutant.verdict = Verdict::Unviable;
                mutant.compile_error = Some(first_error(&errors));
            }
            Edited::Ran { runner, tests, ran } => {
                mutant.covered_by.clone_from(&tests);
                note(mutant, &tests, &ran, &Words::new(self.lab, &runner));
            }
        }
        mutant.duration_ms = milliseconds(started.elapsed());
        Ok(())
    }

    /// Builds a copy with one piece replaced and runs every test.
    pub(in crate::mutate) fn edit(
        &self,
        file: &str,
        range: std::ops::Range<usize>,
        replacement: &str,
    ) -> Result<Edited, Error> {
        let mut text = self.lab.original.text(file)?;
        text.replace_range(range, replacement);
        let texts = BTreeMap::from([(file.to_owned(), text)]);
        let trial = self.lab.build(Flavour::Plain, &texts)?;
        if !trial.build.diagnostics.success {
            return Ok(Edited::Broken(trial.build.diagnostics.rendered));
        }
        let mut runner = Runner::new(trial.workspace, trial.build.built, self.lab)?;
        let known = self.known(&mut runner);
        let programs: Vec<Vec<usize>> = (0..runner.built.tests.len())
            .map(|program| runner.of_program(program))
            .collect();
        let ran = parallel::map(&programs, self.jobs, |worker, cases| {
            runner.run(worker, cases, &Switch::Off)
        })?;
        let cases = programs.into_iter().flatten();
        let (judging, outcomes) = cases
            .zip(ran.into_iter().flatten())
            .filter_map(|(case, ran)| Some((known.get(&case).copied()?, ran)))
            .unzip();
        Ok(Edited::Ran {
            runner: Box::new(runner),
            tests: judging,
            ran: outcomes,
        })
    }

    /// Which known test each of the copy's is; its time limit comes from there.
    fn known(&self, runner: &mut Runner) -> BTreeMap<usize, TestId> {
        let by_key: BTreeMap<_, TestId> = self
            .state
            .tests
            .iter()
            .map(|test| {
                let target = format!("{}/{}", test.target_kind, test.target);
                ((test.package.clone(), target, test.name.clone()), test.id)
            })
            .collect();
        let mut known = BTreeMap::new();
        for case in 0..runner.cases.len() {
            if let Some(&test) = by_key.get(&runner.key(case)) {
                runner.baseline[case] = Duration::from_millis(self.state.tests[test].baseline_ms);
                known.insert(case, test);
            }
        }
        if let Some(schema) = &self.state.schema {
            runner.apart.clone_from(&schema.apart);
        }
        known
    }
}

/// The first line that says what is wrong.
fn first_error(errors: &str) -> String {
    let mut lines = errors.lines();
    let error = lines.find(|line| line.starts_with("error"));
    error.unwrap_or("the code does not compile").to_owned()
}
