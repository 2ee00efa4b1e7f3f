//! The verdict of a run as a program reads it: `target/ci/verdict.json`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cargo::Workspace;
use crate::commit::Commit;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::report::write_whole;
use crate::stage::Report;
use crate::transcript::{Counts, Transcript, milliseconds};

/// The version of the format that this program writes.
pub const VERSION: u32 = 1;

/// What a run found. In JSON:
///
/// ```json
/// {"version": 1, "command": "test", "class": "test_failed", "exit_code": 1,
///  "commit": "9f3c2a7d1e0b", "sources": "4be2...", "started_at": 1793000000, "duration_ms": 812,
///  "tests": {"failed": 1, "passed": 8, "ignored": 0},
///  "lowered_gates": ["coverage.lines: 90 -> 85"],
///  "stages": [{"name": "test", "class": "test_failed", "state": "ran",
///              "summary": "1 failed, 8 passed", "started_ms": 0, "duration_ms": 811,
///              "repeat": "cargo test --package shop --test test_total -- --exact adds_tax",
///              "tests": {"suites": [], "duration_ms": 40}}]}
/// ```
///
/// A stage's `state` is `ran`, `cached` (with `cached.run` and `cached.at`), `earlier` (it passed in
/// a step before this one, on the same commit and `sources`), `not_run` (its `summary` says why) or
/// `cancelled`; only with the first three its `class` is a verdict. It has
/// `tests`, `flaky`, `coverage`, `gates`, `diagnostics` or `package` where it found them. A field
/// may be added under the same version; none changes its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The version of this format.
    pub version: u32,
    /// The command: `pipeline`, or the one stage's name.
    pub command: String,
    /// The class of the run: that of its first red stage.
    pub class: ExitCode,
    /// The class as the process's exit code.
    pub exit_code: u8,
    /// The commit, with `-dirty` for a tree with changes.
    pub commit: String,
    /// One hash over the names and contents of the sources when the run began; nothing where they
    /// cannot all be known.
    #[serde(default)]
    pub sources: Option<String>,
    /// When the run began, in seconds since 1970.
    #[serde(default)]
    pub started_at: i64,
    /// Wall-clock time.
    #[serde(rename = "duration_ms", with = "milliseconds")]
    pub duration: Duration,
    /// The counts of the test stage.
    pub tests: Counts,
    /// Gates that this change lowers: each names the setting, what it was and what it is.
    #[serde(default)]
    pub lowered_gates: Vec<String>,
    /// The stages of the run, in order.
    pub stages: Vec<Report>,
}

impl Verdict {
    /// Sums up the stages.
    #[must_use]
    pub fn new(command: &str, commit: &Commit, stages: Vec<Report>, duration: Duration) -> Self {
        let class = class(&stages);
        let tested = stages
            .iter()
            .find_map(|stage| stage.findings.tests.as_ref());
        let began = i64::try_from(duration.as_secs()).unwrap_or_default();
        Self {
            version: VERSION,
            command: command.to_owned(),
            class,
            exit_code: class as u8,
            commit: commit.to_string(),
            sources: None,
            started_at: jiff::Timestamp::now().as_second() - began,
            duration,
            tests: tested.map(Transcript::counts).unwrap_or_default(),
            lowered_gates: Vec::new(),
            stages,
        }
    }

    /// The first stage that is red.
    #[must_use]
    pub fn red(&self) -> Option<&Report> {
        self.stages.iter().find(|stage| stage.is_red())
    }

    /// The verdict as JSON text.
    ///
    /// # Errors
    /// [`Error::Setup`] if it cannot be expressed, which its types rule out.
    pub fn json(&self) -> Result<String, Error> {
        serde_json::to_string_pretty(self)
            .map_err(|error| Error::Setup(format!("cannot write the verdict: {error}")))
    }

    /// Where the verdict of a workspace's last run is.
    #[must_use]
    pub fn file(workspace: &Workspace) -> PathBuf {
        workspace.target_directory().join("ci/verdict.json")
    }

    /// Writes `ci/verdict.json` below the target folder, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written.
    pub fn write(&self, workspace: &Workspace) -> Result<(), Error> {
        write_whole(&Self::file(workspace), &(self.json()? + "\n"))
    }

    /// Reads a verdict file.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is none, or when it is of another version.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Error::Usage(format!(
                "{}: {error}; `ci-stage` writes it when it runs",
                file.display()
            ))
        })?;
        let verdict: Self = serde_json::from_str(&text)
            .map_err(|error| Error::Usage(format!("{}: not a verdict: {error}", file.display())))?;
        if verdict.version != VERSION {
            return Err(Error::Usage(format!(
                "{}: a verdict of version {}, this ci-stage reads version {VERSION}",
                file.display(),
                verdict.version
            )));
        }
        Ok(verdict)
    }
}

/// A stage that did not run is neither green nor red; a run in which no stage passed has proven
/// nothing.
fn class(stages: &[Report]) -> ExitCode {
    let red = stages.iter().find(|stage| stage.is_red());
    match red {
        Some(stage) => stage.class,
        None if stages.iter().any(Report::has_passed) => ExitCode::Passed,
        None => ExitCode::Setup,
    }
}
