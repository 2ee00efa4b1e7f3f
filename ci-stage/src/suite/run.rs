//! Runs the tests of a build in parallel, a process each.

use std::process::Command;
use std::time::{Duration, Instant};

use super::failure::describe;
use super::list::{self, Listed};
use crate::cargo::process::{self, Streams};
use crate::cargo::{Built, RuntimeEnvironment, TestExecutable, Workspace};
use crate::error::Error;
use crate::parallel;
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
        let jobs = parallel::cores();
        Self { test, jobs }
    }
}

/// A test that waits to be run: of which program, in which suite.
struct Job<'a> {
    program: &'a TestExecutable,
    suite: usize,
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
        jobs.extend(listed.into_iter().map(|test| Job {
            program,
            suite,
            test,
        }));
    }
    let outcomes = parallel::map(&jobs, limits.jobs, |_, job| {
        run_listed(command(job.program), job, limits)
    })?;
    let mut suites: Vec<Suite> = built
        .tests
        .iter()
        .map(|program| Suite {
            name: super::name(built, program),
            tests: Vec::new(),
        })
        .collect();
    for (job, outcome) in jobs.iter().zip(outcomes) {
        suites[job.suite].tests.push(outcome);
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
