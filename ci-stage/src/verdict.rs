//! The verdict of a run as a program reads it: `target/ci/verdict.json`.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::commit::Commit;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::report::write_whole;
use crate::stage::Report;
use crate::transcript::{Counts, Transcript, as_milliseconds};

/// What a run found. In JSON:
///
/// ```json
/// {"version": 1, "command": "test", "class": "test_failed", "exit_code": 1,
///  "commit": "9f3c2a7d1e0b", "duration_ms": 812,
///  "tests": {"failed": 1, "passed": 8, "ignored": 0},
///  "stages": [{"name": "test", "class": "test_failed", "summary": "1 failed, 8 passed",
///              "duration_ms": 811, "tests": {"suites": [], "duration_ms": 40}}]}
/// ```
///
/// A stage has `tests`, `coverage` or `package` where it found them. Stages that did not run,
/// because an earlier one was red, are left out. A field may be added under the same version;
/// none changes its meaning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The version of this format.
    pub version: u32,
    /// The command: `pipeline`, or the one stage's name.
    pub command: &'static str,
    /// The class of the run: that of its first red stage.
    pub class: ExitCode,
    /// The class as the process's exit code.
    pub exit_code: u8,
    /// The commit, with `-dirty` for a tree with changes.
    pub commit: String,
    /// Wall-clock time.
    #[serde(rename = "duration_ms", serialize_with = "as_milliseconds")]
    pub duration: Duration,
    /// The counts of the test stage.
    pub tests: Counts,
    /// The stages that ran, in order.
    pub stages: Vec<Report>,
}

impl Verdict {
    /// Sums up the stages that ran.
    #[must_use]
    pub fn new(
        command: &'static str,
        commit: &Commit,
        stages: Vec<Report>,
        duration: Duration,
    ) -> Self {
        let red = stages.iter().find(|stage| stage.class != ExitCode::Passed);
        let class = red.map_or(ExitCode::Passed, |stage| stage.class);
        let tested = stages
            .iter()
            .find_map(|stage| stage.findings.tests.as_ref());
        Self {
            version: 1,
            command,
            class,
            exit_code: class as u8,
            commit: commit.to_string(),
            duration,
            tests: tested.map(Transcript::counts).unwrap_or_default(),
            stages,
        }
    }

    /// The verdict as JSON text.
    ///
    /// # Errors
    /// [`Error::Setup`] if it cannot be expressed, which its types rule out.
    pub fn json(&self) -> Result<String, Error> {
        serde_json::to_string_pretty(self)
            .map_err(|error| Error::Setup(format!("cannot write the verdict: {error}")))
    }

    /// Writes `ci/verdict.json` below the target folder, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written.
    pub fn write(&self, target: &Path) -> Result<(), Error> {
        let file = target.join("ci").join("verdict.json");
        write_whole(&file, &(self.json()? + "\n"))
    }
}
