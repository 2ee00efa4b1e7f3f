//! The unmutated behaviour: first as it was written, then in the build of all mutants.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::Baseline;
use crate::error::Error;
use crate::mutate::runner::{Outcome, Ran, Runner, Switch};
use crate::parallel;

/// How often a test that failed is given another chance to change its mind.
const REPEATS: usize = 2;

/// Runs every test as it was written; a failure that repeats itself stops everything. Gives the
/// tests that changed their mind.
pub(super) fn unmutated(runner: &mut Runner, jobs: usize) -> Result<BTreeSet<usize>, Error> {
    let programs: Vec<Vec<usize>> = (0..runner.built.tests.len())
        .map(|program| runner.of_program(program))
        .collect();
    let results = parallel::map(&programs, jobs, |worker, cases| {
        runner.run(worker, cases, &Switch::Off)
    })?;
    let mut flaky = BTreeSet::new();
    let mut red = Vec::new();
    let mut apart = BTreeSet::new();
    for (cases, ran) in programs.iter().zip(results) {
        for (&case, ran) in cases.iter().zip(ran) {
            runner.baseline[case] = ran.duration;
            if ran.end != Outcome::Passed {
                let again = repeat(runner, case)?;
                match again
                    .iter()
                    .filter(|ran| ran.end == Outcome::Passed)
                    .count()
                {
                    0 => red.push((case, ran)),
                    // It fails only in the company of others.
                    REPEATS if cases.len() > 1 => {
                        apart.insert(runner.cases[case].program);
                    }
                    _ => {
                        flaky.insert(case);
                    }
                }
            }
        }
    }
    runner.apart = apart;
    if red.is_empty() {
        Ok(flaky)
    } else {
        Err(Error::Baseline(describe(runner, &red)))
    }
}

fn repeat(runner: &Runner, case: usize) -> Result<Vec<Ran>, Error> {
    let again = |_| runner.run_alone(0, case, &Switch::Off, runner.limit(case), None);
    (0..REPEATS).map(again).collect()
}

fn describe(runner: &Runner, red: &[(usize, Ran)]) -> String {
    let mut text = "tests fail before anything was mutated:".to_owned();
    for (case, ran) in red {
        let (package, _, name) = runner.key(*case);
        let (Outcome::Failed(failure) | Outcome::TimedOut(failure)) = &ran.end else {
            continue;
        };
        let place = failure
            .location
            .as_ref()
            .map_or_else(String::new, |place| format!(" at {place}"));
        let target = &runner.program(*case).target;
        let _ = write!(text, "\n  {package}: {target}::{name}{place}");
        for line in failure.message.lines() {
            let _ = write!(text, "\n    {line}");
        }
    }
    text + "\nmake them pass first; a mutant that is killed by them would prove nothing"
}

/// Runs each test alone in the build of all mutants with none active, noting what it reads.
/// Whether that build behaves like the original.
pub(super) fn reach(
    plain: &Runner,
    schema: &mut Runner,
    baseline: &mut Baseline,
    notes: &Path,
    jobs: usize,
) -> Result<bool, Error> {
    let keys = |runner: &Runner| {
        (0..runner.cases.len())
            .map(|case| runner.key(case))
            .collect::<Vec<_>>()
    };
    if keys(plain) != keys(schema) {
        return Ok(false);
    }
    let _ = fs::remove_dir_all(notes);
    fs::create_dir_all(notes).map_err(Error::io("create", notes))?;
    let cases: Vec<usize> = (0..schema.cases.len())
        .filter(|case| !schema.cases[*case].ignored)
        .collect();
    let runner: &Runner = schema;
    let results = parallel::map(&cases, jobs, |worker, &case| {
        let note = notes.join(case.to_string());
        let ran = runner.run_alone(worker, case, &Switch::Off, plain.limit(case), Some(&note))?;
        Ok((case, ran, read(&note)))
    })?;
    for (case, ran, reads) in results {
        baseline.durations[case] = ran.duration;
        baseline.reads[case] = reads;
        if ran.end != Outcome::Passed && !baseline.flaky.contains(&case) {
            let again = repeat(runner, case)?;
            if again.iter().all(|ran| ran.end != Outcome::Passed) {
                return Ok(false);
            }
            baseline.flaky.insert(case);
        }
    }
    schema.baseline.clone_from(&baseline.durations);
    let _ = fs::remove_dir_all(notes);
    Ok(true)
}

fn read(note: &Path) -> BTreeSet<usize> {
    let text = fs::read_to_string(note).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}
