//! Running the tests of a built copy: many in one process where that is as good as one each.

mod report;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::lab::Lab;
use crate::cargo::process::{End, Finished, Mark, Streams, run};
use crate::cargo::{Built, RuntimeEnvironment, TestExecutable, Workspace};
use crate::error::Error;
use crate::suite;
use crate::transcript::Failure;

/// A test of a built copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Case {
    /// Index into the programs of the build.
    pub(super) program: usize,
    pub(super) name: String,
    pub(super) ignored: bool,
}

/// What the switching library is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Switch {
    /// Nothing: the program is as it was written.
    Off,
    /// This mutant is active.
    Mutant(u32),
    /// This number has this value.
    Value(u32, String),
}

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed(Failure),
    TimedOut(Failure),
    /// The given value does not fit its type.
    NoSuchValue,
}

/// A test that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran {
    pub(super) end: Outcome,
    pub(super) duration: Duration,
}

/// The exit code of the switching library for a value that its type cannot hold.
const NO_SUCH_VALUE: i32 = 177;

/// No test gets less time than this.
const LIMIT_MIN: Duration = Duration::from_secs(3);

/// What a test may take before anything is known of it: its limit is five times as long.
const UNKNOWN: Duration = Duration::from_mins(1);

/// The time limit of tests that take this long unmutated.
fn limit(baseline: Duration) -> Duration {
    LIMIT_MIN.max(baseline * 5)
}

/// A built copy with its tests.
pub(super) struct Runner {
    pub(super) workspace: Workspace,
    pub(super) built: Built,
    environment: RuntimeEnvironment,
    pub(super) cases: Vec<Case>,
    /// How long each test takes unmutated, once that is known.
    pub(super) baseline: Vec<Duration>,
    /// Programs whose tests disturb each other in one process.
    pub(super) apart: BTreeSet<usize>,
    /// For each worker a folder for temporary files, so that two mutants do not meet in one.
    temporary: PathBuf,
    mark: Mark,
}

impl Runner {
    /// Lists the tests of a build.
    pub(super) fn new(workspace: Workspace, built: Built, lab: &Lab) -> Result<Self, Error> {
        let mut runner = Self::of(workspace, built, Vec::new(), lab)?;
        for (program, executable) in runner.built.tests.iter().enumerate() {
            let listed = suite::listed(executable, || runner.command(program, &Switch::Off))?;
            runner.cases.extend(listed.into_iter().map(|test| Case {
                program,
                name: test.name,
                ignored: test.ignored,
            }));
        }
        runner.baseline = vec![UNKNOWN; runner.cases.len()];
        Ok(runner)
    }

    /// A build whose tests are known.
    pub(super) fn of(
        workspace: Workspace,
        built: Built,
        cases: Vec<Case>,
        lab: &Lab,
    ) -> Result<Self, Error> {
        Ok(Self {
            environment: RuntimeEnvironment::new(&workspace, &built)?,
            workspace,
            built,
            baseline: vec![UNKNOWN; cases.len()],
            cases,
            apart: BTreeSet::new(),
            temporary: lab.path("tmp"),
            mark: lab.mark.clone(),
        })
    }

    pub(super) fn program(&self, case: usize) -> &TestExecutable {
        &self.built.tests[self.cases[case].program]
    }

    /// The tests of a program that are not ignored.
    pub(super) fn of_program(&self, program: usize) -> Vec<usize> {
        let of_program =
            |case: &usize| self.cases[*case].program == program && !self.cases[*case].ignored;
        (0..self.cases.len()).filter(of_program).collect()
    }

    /// A test's time limit when it runs alone.
    pub(super) fn limit(&self, case: usize) -> Duration {
        limit(self.baseline[case])
    }

    /// What names a test in every build of the workspace.
    pub(super) fn key(&self, case: usize) -> (String, String, String) {
        let program = self.program(case);
        let target = format!("{}/{}", program.kind, program.target);
        (
            program.package_name.clone(),
            target,
            self.cases[case].name.clone(),
        )
    }

    fn command(&self, program: usize, switch: &Switch) -> Command {
        let executable = &self.built.tests[program];
        let mut command = self
            .environment
            .command(&self.workspace, &self.built, executable);
        command
            // Symbolising a panic takes thirty times as long as the test that panics.
            .env("RUST_BACKTRACE", "0")
            // A mutant must not become the new expectation.
            .env("INSTA_UPDATE", "no")
            .env_remove("INSTA_FORCE_UPDATE")
            .env_remove("INSTA_FORCE_PASS")
            .env_remove("UPDATE_EXPECT")
            .env_remove("SNAPSHOTS")
            .env_remove("TRYCMD")
            .env_remove("TRYBUILD")
            // Nor must one mutant's counterexample help to kill the next.
            .env("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true")
            .env_remove("CI_STAGE_READS")
            .env_remove("CI_STAGE_MUTANT")
            .env_remove("CI_STAGE_VALUE");
        let (variable, mark) = self.mark.variable();
        command.env(variable, mark);
        if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
            command.env("PROPTEST_RNG_SEED", "1");
        }
        match switch {
            Switch::Off => {}
            Switch::Mutant(mutant) => {
                command.env("CI_STAGE_MUTANT", mutant.to_string());
            }
            Switch::Value(slot, value) => {
                command
                    .env("CI_STAGE_MUTANT", slot.to_string())
                    .env("CI_STAGE_VALUE", value);
            }
        }
        command
    }

    /// A command for one worker, with a folder for temporary files.
    fn command_of(&self, worker: usize, program: usize, switch: &Switch) -> Result<Command, Error> {
        let folder = self.temporary.join(worker.to_string());
        std::fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        let mut command = self.command(program, switch);
        command.env("TMPDIR", folder);
        Ok(command)
    }

    /// Runs one test in a process of its own; how that ends is the verdict.
    pub(super) fn run_alone(
        &self,
        worker: usize,
        case: usize,
        switch: &Switch,
        limit: Duration,
        reads: Option<&Path>,
    ) -> Result<Ran, Error> {
        let test = &self.cases[case];
        let mut command = self.command_of(worker, test.program, switch)?;
        if let Some(path) = reads {
            command.env("CI_STAGE_READS", path);
        }
        if self.program(case).harness {
            command.args(["--exact", &test.name, "--nocapture", "--test-threads=1"]);
        }
        let finished = run(command, Streams::Capture, Some(limit))?;
        Ok(ran(&test.name, &finished))
    }

    /// Runs tests, those of one program in one process, and tells what became of each.
    ///
    /// The exit code decides: zero and all have passed. Otherwise the program's own account is
    /// believed only if it names every test once and agrees with the exit code; if not, each test
    /// is run alone.
    pub(super) fn run(
        &self,
        worker: usize,
        cases: &[usize],
        switch: &Switch,
    ) -> Result<Vec<Ran>, Error> {
        let mut all = Vec::with_capacity(cases.len());
        for group in self.groups(cases) {
            let together = self.run_together(worker, group, switch)?;
            match together {
                Some(ran) => all.extend(ran),
                None => {
                    for &case in group {
                        all.push(self.run_alone(worker, case, switch, self.limit(case), None)?);
                    }
                }
            }
        }
        Ok(all)
    }

    /// Neighbours of one program, as many as a command line can name.
    fn groups<'a>(&self, cases: &'a [usize]) -> Vec<&'a [usize]> {
        const NAMES_MAX: usize = 60_000;
        let mut groups = Vec::new();
        let mut start = 0;
        let mut length = 0;
        for (place, &case) in cases.iter().enumerate() {
            length += self.cases[case].name.len() + 1;
            let first = cases[start];
            if self.cases[case].program != self.cases[first].program || length > NAMES_MAX {
                groups.push(&cases[start..place]);
                (start, length) = (place, 0);
            }
        }
        if start < cases.len() {
            groups.push(&cases[start..]);
        }
        groups
    }

    fn run_together(
        &self,
        worker: usize,
        cases: &[usize],
        switch: &Switch,
    ) -> Result<Option<Vec<Ran>>, Error> {
        let [first, _, ..] = cases else {
            return Ok(None);
        };
        let program = self.cases[*first].program;
        if !self.program(*first).harness || self.apart.contains(&program) {
            return Ok(None);
        }
        let names: Vec<&str> = cases
            .iter()
            .map(|&case| self.cases[case].name.as_str())
            .collect();
        let mut command = self.command_of(worker, program, switch)?;
        command
            .args(["--exact", "--test-threads=1", "--color=never"])
            .args(&names);
        let whole = cases.iter().map(|&case| self.baseline[case]).sum();
        let finished = run(command, Streams::Capture, Some(limit(whole)))?;
        let share = finished.duration / u32::try_from(cases.len()).unwrap_or(u32::MAX);
        Ok(report::read(&names, &finished).map(|ends| {
            let ran = ends.into_iter().map(|end| Ran {
                end,
                duration: share,
            });
            ran.collect()
        }))
    }
}

fn ran(name: &str, finished: &Finished) -> Ran {
    let end = match finished.end {
        End::Exited(0) => Outcome::Passed,
        End::Exited(NO_SUCH_VALUE) => Outcome::NoSuchValue,
        End::TimedOut(_) => Outcome::TimedOut(suite::describe(name, finished)),
        _ => Outcome::Failed(suite::describe(name, finished)),
    };
    Ran {
        end,
        duration: finished.duration,
    }
}
