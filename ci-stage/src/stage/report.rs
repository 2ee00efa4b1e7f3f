//! What became of a stage, as the verdict file holds it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cargo::process::LeftBehind;
use crate::coverage::{Coverage, Gate};
use crate::diagnostic::Diagnostic;
use crate::exit::ExitCode;
use crate::suite::FlakyTest;
use crate::transcript::{Transcript, milliseconds};

/// How the stage came by its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It ran.
    #[default]
    Ran,
    /// Nothing has changed since it passed.
    Cached,
    /// It did not run: an earlier stage was red, or what it needs is not there.
    NotRun,
    /// It ran beside a stage that failed, and was stopped.
    Cancelled,
    /// It passed in an earlier step of the same pipeline, on the same commit and sources.
    Earlier,
}

/// What became of a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Fields")]
pub struct Report {
    /// The stage's name.
    pub name: String,
    /// The class of the outcome; that of a stage that did not run says nothing.
    pub class: ExitCode,
    /// How it came by it.
    pub state: State,
    /// One line for the table.
    pub summary: String,
    /// When it began, counted from the beginning of the run.
    #[serde(rename = "started_ms", with = "milliseconds")]
    pub started: Duration,
    /// Wall-clock time.
    #[serde(rename = "duration_ms", with = "milliseconds")]
    pub duration: Duration,
    /// The one command that repeats just what failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<String>,
    /// The run that passed, where the stage was answered from the cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cached: Option<Cached>,
    /// What the stage found, by kind.
    #[serde(flatten)]
    pub findings: Findings,
}

/// The run that a cached outcome is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cached {
    /// Four digits that tell runs apart.
    pub run: String,
    /// When it ended, in seconds since 1970.
    pub at: i64,
}

/// What a stage found, in the shape of its kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Findings {
    /// The test run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tests: Option<Transcript>,
    /// Tests that failed and then passed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flaky: Vec<FlakyTest>,
    /// Programs that tests had left running.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_behind: Vec<LeftBehind>,
    /// The coverage by file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// The gates and whether they are met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// What tools said of places in the source.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// The folder of the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The folder of its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// A report as it is read. Numbers inside a flattened part cannot be read while `serde_json`
/// keeps them as text (its `arbitrary_precision` feature), so here all stands side by side.
#[derive(Deserialize)]
struct Fields {
    name: String,
    class: ExitCode,
    #[serde(default)]
    state: State,
    summary: String,
    #[serde(rename = "started_ms", default, with = "milliseconds")]
    started: Duration,
    #[serde(rename = "duration_ms", with = "milliseconds")]
    duration: Duration,
    repeat: Option<String>,
    cached: Option<Cached>,
    tests: Option<Transcript>,
    #[serde(default)]
    flaky: Vec<FlakyTest>,
    #[serde(default)]
    left_behind: Vec<LeftBehind>,
    coverage: Option<Coverage>,
    #[serde(default)]
    gates: Vec<Gate>,
    #[serde(default)]
    diagnostics: Vec<Diagnostic>,
    package: Option<String>,
    image: Option<String>,
}

impl From<Fields> for Report {
    fn from(fields: Fields) -> Self {
        Self {
            name: fields.name,
            class: fields.class,
            state: fields.state,
            summary: fields.summary,
            started: fields.started,
            duration: fields.duration,
            repeat: fields.repeat,
            cached: fields.cached,
            findings: Findings {
                tests: fields.tests,
                flaky: fields.flaky,
                left_behind: fields.left_behind,
                coverage: fields.coverage,
                gates: fields.gates,
                diagnostics: fields.diagnostics,
                package: fields.package,
                image: fields.image,
            },
        }
    }
}

impl Report {
    /// A stage that did not run.
    #[must_use]
    pub fn not_run(name: &str, summary: &str) -> Self {
        let mut report = Outcome::new(ExitCode::Passed, summary).report(name, Duration::ZERO);
        report.state = State::NotRun;
        report
    }

    /// Whether it ran, now or when it was remembered, and passed.
    #[must_use]
    pub fn has_passed(&self) -> bool {
        let has_run = matches!(self.state, State::Ran | State::Cached | State::Earlier);
        self.class == ExitCode::Passed && has_run
    }

    /// Whether it ran and did not pass.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.class != ExitCode::Passed && matches!(self.state, State::Ran | State::Cached)
    }

    /// The result in words for a table.
    #[must_use]
    pub fn result(&self) -> &'static str {
        match self.state {
            State::NotRun => "not run",
            State::Cancelled => "cancelled",
            State::Ran | State::Cached | State::Earlier => self.class.label(),
        }
    }
}

/// What a stage's own code hands back; name and time are added to it.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) class: ExitCode,
    pub(super) state: State,
    pub(super) summary: String,
    pub(super) repeat: Option<String>,
    pub(super) findings: Findings,
}

impl Outcome {
    pub(super) fn new(class: ExitCode, summary: impl Into<String>) -> Self {
        Self {
            class,
            state: State::Ran,
            summary: summary.into(),
            repeat: None,
            findings: Findings::default(),
        }
    }

    /// The stage could not check anything, so it has neither passed nor failed.
    pub(super) fn not_run(why: impl Into<String>) -> Self {
        Self {
            state: State::NotRun,
            ..Self::new(ExitCode::Passed, why)
        }
    }

    pub(super) fn repeated_by(self, command: impl Into<String>) -> Self {
        let repeat = Some(command.into());
        Self { repeat, ..self }
    }

    pub(super) fn finding(self, diagnostics: Vec<Diagnostic>) -> Self {
        let findings = Findings {
            diagnostics,
            ..self.findings
        };
        Self { findings, ..self }
    }

    pub(super) fn report(self, name: &str, duration: Duration) -> Report {
        Report {
            name: name.to_owned(),
            class: self.class,
            state: self.state,
            summary: self.summary,
            started: Duration::ZERO,
            duration,
            repeat: self.repeat,
            cached: None,
            findings: self.findings,
        }
    }
}
