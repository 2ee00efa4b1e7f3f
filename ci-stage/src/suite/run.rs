//! Runs the tests of a build in parallel, a process each.

use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::failure::describe;
use super::list::{self, Listed};
use crate::cargo::process::{self, Streams};
use crate::cargo::{Built, RuntimeEnvironment, TestExecutable, Workspace};
use crate::error::Error;
use crate::transcript::{Outcome, Status, Suite, Transcript};

/// What a run may use up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// After this time a test is killed and counts as failed.
    pub test: Duration,
    /// How many tests run at the same time.
    pub jobs: usize,
}

impl Limits {
    /// A time limit a test, and as many tests at a time as there are cores.
    #[must_use]
    pub fn per_test(test: Duration) -> Self {
        let jobs = thread::available_parallelism().map_or(1, usize::from);
        Self { test, jobs }
    }
}

/// A test that waits to be run: which program, which place in its suite.
struct Job<'a> {
    program: &'a TestExecutable,
    suite: usize,
    place: usize,
    test: Listed,
}

/// Runs every test of a build.
///
/// # Errors
/// [`Error::Setup`] when a program cannot be started or does not list its tests;
/// [`Error::Interrupted`] after ^C.
pub fn run(workspace: &Workspace, built: &Built, limits: Limits) -> Result<Transcript, Error> {
    let environment = RuntimeEnvironment::new(workspace, built)?;
    let started = Instant::now();
    let command = |program: &TestExecutable| environment.command(workspace, built, program);
    let mut jobs = Vec::new();
    for (suite, program) in built.tests.iter().enumerate() {
        let listed = list::tests(program, || command(program))?;
        jobs.extend(listed.into_iter().enumerate().map(|(place, test)| Job {
            program,
            suite,
            place,
            test,
        }));
    }
    let mut outcomes = in_parallel(&jobs, limits, |job| {
        let outcome = run_listed(command(job.program), job, limits)?;
        Ok((job.suite, job.place, outcome))
    })?;
    outcomes.sort_by_key(|(suite, place, _)| (*suite, *place));
    let mut suites: Vec<Suite> = built
        .tests
        .iter()
        .map(|program| Suite {
            name: super::name(built, program),
            tests: Vec::new(),
        })
        .collect();
    for (suite, _, outcome) in outcomes {
        suites[suite].tests.push(outcome);
    }
    Ok(Transcript {
        suites,
        duration: started.elapsed(),
    })
}

fn run_listed(command: Command, job: &Job<'_>, limits: Limits) -> Result<Outcome, Error> {
    if job.test.ignored {
        return Ok(Outcome {
            name: job.test.name.clone(),
            status: Status::Ignored,
            duration: Duration::ZERO,
        });
    }
    run_one(command, &job.test.name, job.program.harness, limits.test)
}

/// Runs one test in a process of its own; the process's end is the verdict.
///
/// # Errors
/// [`Error::Setup`] when the program cannot be started; [`Error::Interrupted`] after ^C.
pub fn run_one(
    mut command: Command,
    name: &str,
    harness: bool,
    limit: Duration,
) -> Result<Outcome, Error> {
    if harness {
        command.args(["--exact", name, "--nocapture"]);
    }
    let finished = process::run(command, Streams::Capture, Some(limit))?;
    let status = if finished.end.success() {
        Status::Passed
    } else {
        Status::Failed(describe(name, &finished))
    };
    Ok(Outcome {
        name: name.to_owned(),
        status,
        duration: finished.duration,
    })
}

/// Works through the jobs with as many threads as the limits allow; the first error wins.
fn in_parallel<'a, T: Send>(
    jobs: &[Job<'a>],
    limits: Limits,
    work: impl Fn(&Job<'a>) -> Result<T, Error> + Sync,
) -> Result<Vec<T>, Error> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(jobs.len()));
    // indicatif draws on standard error, and only when that is a terminal.
    let progress = ProgressBar::new(jobs.len() as u64);
    thread::scope(|scope| {
        for _ in 0..limits.jobs.clamp(1, jobs.len().max(1)) {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = work(job);
                    let failed = result.is_err();
                    results
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(result);
                    progress.inc(1);
                    if failed {
                        next.store(jobs.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    progress.finish_and_clear();
    let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.into_iter().collect()
}
