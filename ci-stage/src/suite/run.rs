//! Runs the tests of a build in parallel, a process each.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use super::conditions::{Conditions, Limits};
use super::failure::describe;
use super::flaky::{FlakyTest, Retries};
use super::list::{self, Listed};
use super::nextest;
use super::share::Share;
use crate::cargo::process::{self, LeftBehind, Mark, Streams, TEST_NAME};
use crate::cargo::{Built, RuntimeEnvironment, TestExecutable, Workspace};
use crate::error::Error;
use crate::parallel;
use crate::transcript::{Outcome, Status, Suite, Transcript};

/// What became of the tests.
#[derive(Debug, Clone)]
pub struct Tested {
    /// Each test.
    pub transcript: Transcript,
    /// Those that failed and then passed.
    pub flaky: Vec<FlakyTest>,
    /// Programs that tests had left running; they were ended.
    pub left_behind: Vec<LeftBehind>,
    /// How the tests were divided, where several machines share the work.
    pub share: Option<Share>,
}

/// A test that waits to be run: of which program, in which suite.
pub(super) struct Job<'a> {
    pub(super) program: &'a TestExecutable,
    pub(super) suite: usize,
    pub(super) test: Listed,
}

/// Runs every test of a build: through nextest where it is there, otherwise by ourselves.
///
/// # Errors
/// [`Error::Setup`] when a program cannot be started or does not list its tests;
/// [`Error::Interrupted`] after ^C.
pub fn run(workspace: &Workspace, built: &Built, conditions: &Conditions) -> Result<Tested, Error> {
    let mark = Mark::fresh();
    let mut marked = conditions.clone();
    let (variable, value) = mark.variable();
    marked.environment.insert(variable.to_owned(), value);
    let tested = run_marked(workspace, built, &marked);
    // Also after ^C: nextest kills the groups of its tests, and a test may have left its group.
    let left_behind = mark.end_left_behind();
    tested.map(|tested| Tested {
        left_behind,
        ..tested
    })
}

fn run_marked(
    workspace: &Workspace,
    built: &Built,
    conditions: &Conditions,
) -> Result<Tested, Error> {
    let environment = RuntimeEnvironment::new(workspace, built)?;
    let command = |program: &TestExecutable| {
        let mut command = environment.command(workspace, built, program);
        command.envs(&conditions.environment);
        command
    };
    let mut jobs = jobs(built, command)?;
    let names: Vec<String> = built
        .tests
        .iter()
        .map(|program| super::name(built, program))
        .collect();
    let sharding = conditions.sharding.as_ref();
    let share = sharding.map(|sharding| Share::of(&jobs, &names, conditions.examples, sharding));
    if let Some(share) = &share {
        let mut places = 0..;
        jobs.retain(|_| places.next().is_some_and(|place| share.is_mine(place)));
    }
    let started = Instant::now();
    let mut by_nextest = if conditions.nextest {
        nextest::run(workspace, built, (&jobs, &names), conditions)?
    } else {
        BTreeMap::new()
    };
    // What nextest did not run is left: programs that do not speak libtest's language.
    let mut attempts: Vec<Option<Attempts>> = (0..jobs.len())
        .map(|place| by_nextest.remove(&place))
        .collect();
    let left: Vec<usize> = (0..jobs.len())
        .filter(|place| attempts[*place].is_none())
        .collect();
    let own = parallel::map(&left, conditions.limits.jobs, |_, &place| {
        let job = &jobs[place];
        let retries = conditions.retries.of(&names[job.suite], &job.test.name);
        run_listed(|| command(job.program), job, conditions.limits, retries)
    })?;
    for (place, outcome) in left.into_iter().zip(own) {
        attempts[place] = Some(outcome);
    }
    let duration = started.elapsed();
    let outcomes = attempts.into_iter().flatten();
    let all = jobs.iter().map(|job| job.suite).zip(outcomes);
    let tested = judged(names, all, &conditions.retries, duration);
    Ok(Tested { share, ..tested })
}

fn jobs(
    built: &Built,
    command: impl Fn(&TestExecutable) -> Command,
) -> Result<Vec<Job<'_>>, Error> {
    let mut jobs = Vec::new();
    for (suite, program) in built.tests.iter().enumerate() {
        let listed = list::tests(program, || command(program))?;
        jobs.extend(listed.into_iter().map(|test| Job {
            program,
            suite,
            test,
        }));
    }
    Ok(jobs)
}

/// A test's last outcome, how many attempts there were, and how the first ended.
pub(super) struct Attempts {
    pub(super) last: Outcome,
    pub(super) first_failure: Option<(u32, crate::transcript::Failure)>,
}

fn judged(
    names: Vec<String>,
    outcomes: impl Iterator<Item = (usize, Attempts)>,
    retries: &Retries,
    duration: Duration,
) -> Tested {
    let mut flaky = Vec::new();
    let mut suites: Vec<Suite> = names
        .into_iter()
        .map(|name| Suite {
            name,
            tests: Vec::new(),
        })
        .collect();
    for (
        suite,
        Attempts {
            last,
            first_failure,
        },
    ) in outcomes
    {
        let suite = &mut suites[suite];
        let passed = last.status == Status::Passed;
        let outcome = match first_failure {
            Some((attempt, failure)) if passed => {
                let (outcome, wavering) = retries.judge(&suite.name, last, attempt, failure);
                flaky.push(wavering);
                outcome
            }
            _ => last,
        };
        suite.tests.push(outcome);
    }
    let transcript = Transcript { suites, duration };
    Tested {
        transcript,
        flaky,
        left_behind: Vec::new(),
        share: None,
    }
}

fn run_listed(
    command: impl Fn() -> Command,
    job: &Job<'_>,
    limits: Limits,
    retries: u32,
) -> Result<Attempts, Error> {
    if job.test.ignored {
        return Ok(Attempts {
            last: ignored(&job.test.name),
            first_failure: None,
        });
    }
    let mut first_failure = None;
    let mut attempt = 1;
    loop {
        let last = run_one(command(), &job.test.name, job.program.harness, limits.test)?;
        let Status::Failed(failure) = &last.status else {
            let first_failure = first_failure.map(|failure| (attempt, failure));
            return Ok(Attempts {
                last,
                first_failure,
            });
        };
        if attempt > retries {
            return Ok(Attempts {
                last,
                first_failure: None,
            });
        }
        first_failure.get_or_insert_with(|| failure.clone());
        attempt += 1;
    }
}

/// The outcome of a test that is not run.
pub(super) fn ignored(name: &str) -> Outcome {
    Outcome {
        name: name.to_owned(),
        status: Status::Ignored,
        duration: Duration::ZERO,
    }
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
    command.env(TEST_NAME, name);
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
