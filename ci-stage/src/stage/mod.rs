//! The stages of the pipeline: each runs its tools and reports one class of outcome.

mod build;
mod coverage;
mod lcov;
mod lint;
mod test;

pub use lcov::{Coverage, FileCoverage};

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::cargo::{TestScope, Workspace};
use crate::console::Format;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::settings::{Percent, Settings};
use crate::suite::Limits;
use crate::tools::Tool;
use crate::transcript::{Transcript, as_milliseconds};

/// A stage, with what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Formatting and lints.
    Lint,
    /// The tests of a scope, a process each.
    Test(TestScope),
    /// Line coverage of the whole workspace against a gate: the one that was asked for, that of
    /// the settings, or the default.
    Coverage(Option<Percent>),
    /// The release build and its package.
    Build,
}

/// What every stage is given.
#[derive(Debug)]
pub struct Context {
    /// The workspace that is checked.
    pub workspace: Workspace,
    /// Its settings.
    pub settings: Settings,
    /// What tests may use up.
    pub limits: Limits,
    /// Where text goes.
    pub format: Format,
}

/// What became of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The stage's name.
    pub name: &'static str,
    /// The class of the outcome.
    pub class: ExitCode,
    /// One line for the table.
    pub summary: String,
    /// Wall-clock time.
    #[serde(rename = "duration_ms", serialize_with = "as_milliseconds")]
    pub duration: Duration,
    /// What the stage found, by kind.
    #[serde(flatten)]
    pub findings: Findings,
}

/// What a stage found, in the shape of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Findings {
    /// The test run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<Transcript>,
    /// The coverage by file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// The folder of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

/// What a stage's own code hands back; [`Stage::run`] adds name and time.
struct Outcome {
    class: ExitCode,
    summary: String,
    findings: Findings,
}

impl Outcome {
    fn new(class: ExitCode, summary: impl Into<String>) -> Self {
        Self {
            class,
            summary: summary.into(),
            findings: Findings::default(),
        }
    }
}

impl Stage {
    /// The stage's name, as on the command line.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Lint => "lint",
            Self::Test(_) => "test",
            Self::Coverage(_) => "coverage",
            Self::Build => "build",
        }
    }

    /// The tools without which the stage cannot run.
    #[must_use]
    pub fn tools(&self) -> &'static [Tool] {
        match self {
            Self::Lint => &[Tool::Rustfmt, Tool::Clippy],
            Self::Coverage(_) => &[Tool::CargoLlvmCov, Tool::Llvm],
            Self::Test(_) | Self::Build => &[],
        }
    }

    /// Runs the stage and says what it found.
    ///
    /// # Errors
    /// Only [`Error::Interrupted`]; every other error is a class of the report.
    pub fn run(&self, context: &Context) -> Result<Report, Error> {
        let started = Instant::now();
        let outcome = match self {
            Self::Lint => lint::run(context),
            Self::Test(scope) => test::run(context, scope),
            Self::Coverage(gate) => coverage::run(context, *gate),
            Self::Build => build::run(context),
        };
        let outcome = match outcome {
            Err(Error::Interrupted) => return Err(Error::Interrupted),
            Err(error) => {
                let class = error.exit_code();
                context.format.say(format!("error: {error}"));
                Outcome::new(class, first_line(&error.to_string()))
            }
            Ok(outcome) => outcome,
        };
        Ok(Report {
            name: self.name(),
            class: outcome.class,
            summary: outcome.summary,
            duration: started.elapsed(),
            findings: outcome.findings,
        })
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
