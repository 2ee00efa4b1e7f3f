//! The stages of the pipeline: each runs its tools and reports one class of outcome.

mod audit;
mod build;
mod coverage;
mod disk;
mod docs;
mod limit;
mod lint;
mod mutants;
mod own;
mod report;
mod secrets;
mod shell;
mod test;
mod unused;

pub use build::BuildRequest;
pub use coverage::CoverageRequest;
pub use mutants::MutantGates;
pub use report::{Cached, Findings, Report, State};
pub(crate) use shell::{quoted, shell};
pub(crate) use test::Run as TestRun;
pub use test::repeat::Program as TestProgram;
pub(crate) use test::repeat::command as repeat_command;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use cargo_metadata::CompilerMessage;

use crate::cargo::{Built, PlainPrograms, TestScope, Workspace};
use crate::console::Console;
use crate::coverage::Profiles;
use crate::error::Error;
use crate::settings::{Settings, StageSettings};
use crate::shard::{Merged, Sharding};
use crate::suite::{Limits, Share};
use crate::tools::Tool;
use limit::within;
use report::Outcome;

/// A stage, with what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Formatting and lints.
    Lint,
    /// The tests of a scope, a process each.
    Test(TestScope),
    /// Coverage of the whole workspace against its gates.
    Coverage(CoverageRequest),
    /// The documentation: every warning of rustdoc an error, and the examples in it.
    Docs,
    /// Known vulnerabilities, yanked versions and licences of the dependencies.
    Audit,
    /// Committed keys and tokens.
    Secrets,
    /// Dependencies that no source uses.
    Unused,
    /// The release build and its package.
    Build(BuildRequest),
    /// The mutants that other machines have judged, against the gates.
    Mutants(MutantGates),
    /// Commands of the workspace's own.
    Own(String),
}

/// The names of the built-in stages, the fast ones first.
pub const BUILT_IN: [&str; 8] = [
    "secrets", "lint", "audit", "test", "coverage", "docs", "unused", "build",
];

/// The stages of a workspace that configures none.
pub const DEFAULT: [&str; 4] = ["lint", "test", "coverage", "build"];

/// How the stages of a run are to work.
#[derive(Debug, Clone)]
pub struct Options {
    /// What tests may use up.
    pub limits: Limits,
    /// How often a failing test is tried again.
    pub retries: u32,
    /// Whether `cargo nextest` runs the tests.
    pub nextest: bool,
    /// Whether the tests' run is measured, because coverage is wanted from it.
    pub measure: bool,
    /// Whether one compile lints, tests and measures.
    pub fused: bool,
    /// Which of the tests are this machine's, where several share the work.
    pub sharding: Option<Sharding>,
}

/// What every stage is given.
#[derive(Debug)]
pub struct Context {
    /// The workspace that is checked, with the stage's environment.
    pub workspace: Workspace,
    /// Its settings.
    pub settings: Settings,
    /// How to work.
    pub options: Options,
    /// Where text goes.
    pub console: Console,
}

/// What stages of one run hand on to each other.
#[derive(Debug, Default)]
pub struct Shared {
    /// The instrumented build.
    pub(crate) compiled: Mutex<Option<Compiled>>,
    /// The profiles of the measured test run.
    pub(crate) profiles: Mutex<Option<Profiles>>,
    /// What the instrumented build replaced, until every stage is done with it.
    pub(crate) plain: Mutex<Option<PlainPrograms>>,
    /// How the tests were divided, and what the compiler said if they do not compile.
    pub(crate) share: Mutex<Option<Share>>,
    pub(crate) compiler_said: Mutex<Option<String>>,
    /// The programs of the tests that ran.
    pub(crate) programs: Mutex<Vec<TestProgram>>,
    /// What other machines have done of this run.
    pub(crate) merged: Option<Arc<Merged>>,
}

/// A build of the tests, and what the compiler said on the way.
#[derive(Debug, Clone)]
pub(crate) struct Compiled {
    pub(crate) built: Built,
    pub(crate) messages: Vec<CompilerMessage>,
}

/// Takes a lock whose holder may have panicked.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    /// The built-in stage, or the workspace's own, of this name.
    #[must_use]
    pub fn named(name: &str, settings: &Settings) -> Option<Self> {
        Some(match name {
            "lint" => Self::Lint,
            "test" => Self::Test(TestScope::Workspace),
            "coverage" => Self::Coverage(CoverageRequest::default()),
            "docs" => Self::Docs,
            "audit" => Self::Audit,
            "secrets" => Self::Secrets,
            "unused" => Self::Unused,
            "build" => Self::Build(BuildRequest::default()),
            own => {
                let is_own = |stage: &&StageSettings| !stage.run.is_empty();
                settings.stage.get(own).filter(is_own)?;
                Self::Own(own.to_owned())
            }
        })
    }

    /// The stage's name, as on the command line.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Lint => "lint",
            Self::Test(_) => "test",
            Self::Coverage(_) => "coverage",
            Self::Docs => "docs",
            Self::Audit => "audit",
            Self::Secrets => "secrets",
            Self::Unused => "unused",
            Self::Build(_) => "build",
            Self::Mutants(_) => "mutate",
            Self::Own(name) => name,
        }
    }

    /// What the stage covers, in a sentence.
    #[must_use]
    pub fn covers(&self) -> &'static str {
        match self {
            Self::Lint => {
                "formatting (rustfmt) and every clippy warning, all targets of all members"
            }
            Self::Test(_) => "unit tests, integration tests and examples in the documentation",
            Self::Coverage(_) => "how much of the code the tests run, against the gates",
            Self::Docs => "rustdoc's warnings, broken links among them, and the examples it runs",
            Self::Audit => {
                "known vulnerabilities, yanked versions and licences of the dependencies"
            }
            Self::Secrets => "keys and tokens in files that are or would be committed",
            Self::Unused => "dependencies that no source mentions",
            Self::Build(_) => "the release build, packaged with checksums and a bill of materials",
            Self::Mutants(_) => {
                "which mistyped constants the tests notice, by the shards of a sweep"
            }
            Self::Own(_) => "commands of the workspace's own",
        }
    }

    /// The tools without which the stage cannot run.
    #[must_use]
    pub fn tools(&self, options: &Options) -> Vec<Tool> {
        match self {
            Self::Lint => vec![Tool::Rustfmt, Tool::Clippy],
            Self::Coverage(request) if request.of_record => vec![Tool::CargoLlvmCov, Tool::Llvm],
            Self::Coverage(_) => vec![Tool::Llvm],
            Self::Test(TestScope::Workspace) if options.measure => vec![Tool::Llvm],
            _ => Vec::new(),
        }
    }

    /// Whether a pass may be remembered while nothing changes.
    #[must_use]
    pub fn is_cached_by_default(&self) -> bool {
        match self {
            // What these ask for can change without a change of the workspace.
            Self::Audit | Self::Own(_) | Self::Mutants(_) => false,
            Self::Coverage(request) => !request.of_record,
            Self::Build(request) => !request.check,
            _ => true,
        }
    }

    /// The commands that the stage runs, as a shell would take them; coverage runs the tests itself
    /// where no stage before it does.
    ///
    /// # Errors
    /// [`Error::Setup`] when a tool cannot be asked.
    pub fn commands(&self, context: &Context, tests_ran: bool) -> Result<Vec<String>, Error> {
        match self {
            Self::Lint => Ok(lint::commands(context)),
            Self::Test(scope) => test::commands(context, scope),
            Self::Coverage(request) => coverage::commands(context, request, tests_ran),
            Self::Docs => Ok(docs::commands(context)),
            Self::Audit => Ok(audit::commands(context)),
            Self::Secrets => Ok(vec![
                "git ls-files, each file read by ci-stage itself".into(),
            ]),
            Self::Unused => Ok(unused::commands(context)),
            Self::Build(_) => build::commands(context),
            Self::Mutants(_) => Ok(Vec::new()),
            Self::Own(name) => Ok(own::commands(context, name)),
        }
    }

    /// Runs the stage and says what it found.
    ///
    /// # Errors
    /// Only [`Error::Interrupted`]; every other error is a class of the report.
    pub fn run(&self, context: &Context, shared: &Shared) -> Result<Report, Error> {
        let started = Instant::now();
        let limit = context.settings.stage.get(self.name());
        let limit = limit.and_then(StageSettings::timeout);
        let outcome = within(limit, || self.outcome(context, shared));
        let outcome = match outcome {
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => {
                context.console.say(format!("error: {error}"));
                Outcome::new(error.exit_code(), first_line(&error.to_string()))
            }
            Ok(outcome) => outcome,
        };
        let outcome = disk::explained(context, outcome);
        Ok(outcome.report(self.name(), started.elapsed()))
    }

    fn outcome(&self, context: &Context, shared: &Shared) -> Result<Outcome, Error> {
        match self {
            Self::Lint => lint::run(context, shared),
            Self::Test(scope) => test::run(context, shared, scope),
            Self::Coverage(request) => coverage::run(context, shared, request),
            Self::Docs => docs::run(context),
            Self::Audit => audit::run(context),
            Self::Secrets => secrets::run(context),
            Self::Unused => unused::run(context),
            Self::Build(request) => build::run(context, *request),
            Self::Mutants(gates) => mutants::run(context, shared, *gates),
            Self::Own(name) => own::run(context, name),
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
