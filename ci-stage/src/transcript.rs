//! The transcript of a test run, byte for byte the same for a real edit and for a mutant.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::exit::ExitCode;

/// What became of one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// It passed.
    Passed,
    /// It failed, was killed, or ran past its limit.
    Failed(Failure),
    /// `#[ignore]`: it was not run.
    Ignored,
}

/// Why a test failed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Failure {
    /// `file:line` of the panic, as the compiler wrote it (from the workspace's root).
    pub location: Option<String>,
    /// What to show: the assertion with both values, or how the process ended.
    pub message: String,
    /// Whether the time limit ended it.
    pub timed_out: bool,
    /// All that the test's process wrote.
    pub output: String,
}

impl Failure {
    /// The message in one line: its first, or its first two where the first announces more, as an
    /// assertion does whose own message begins with an empty line.
    #[must_use]
    pub fn headline(&self) -> String {
        let mut lines = self.message.lines().map(str::trim);
        let mut lines = lines.by_ref().filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        match lines.next().filter(|_| first.ends_with(':')) {
            Some(second) => format!("{first} {second}"),
            None => first.to_owned(),
        }
    }
}

/// One test and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The test's path inside its target: `tests::adds_tax`.
    pub name: String,
    /// What became of it.
    #[serde(flatten)]
    pub status: Status,
    /// Wall-clock time of the test's process.
    #[serde(rename = "duration_ms", with = "milliseconds")]
    pub duration: Duration,
}

/// Durations in files are whole milliseconds.
pub mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    /// Writes whole milliseconds.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    /// Reads whole milliseconds.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

/// The tests of one target, in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suite {
    /// The name that stands before `::`.
    pub name: String,
    /// Its tests.
    pub tests: Vec<Outcome>,
}

/// How many tests ended which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Failed, killed and timed out.
    pub failed: usize,
    /// Passed.
    pub passed: usize,
    /// Not run, because of `#[ignore]`.
    pub ignored: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.failed > 0 {
            write!(f, "{} failed, ", self.failed)?;
        }
        write!(f, "{} passed", self.passed)?;
        if self.ignored > 0 {
            write!(f, ", {} ignored", self.ignored)?;
        }
        Ok(())
    }
}

/// A whole run: what is shown with [`fmt::Display`] is the stage's transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcript {
    /// One block each.
    pub suites: Vec<Suite>,
    /// Wall-clock time of the run, building not included.
    #[serde(rename = "duration_ms", with = "milliseconds")]
    pub duration: Duration,
}

impl Transcript {
    /// Every test with the name of its suite.
    pub fn tests(&self) -> impl Iterator<Item = (&str, &Outcome)> {
        self.suites.iter().flat_map(|suite| {
            let name = suite.name.as_str();
            suite.tests.iter().map(move |test| (name, test))
        })
    }

    /// The counts of the whole run.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, test) in self.tests() {
            match test.status {
                Status::Passed => counts.passed += 1,
                Status::Failed(_) => counts.failed += 1,
                Status::Ignored => counts.ignored += 1,
            }
        }
        counts
    }

    /// The class of the run: a real failure outweighs a time limit, which outweighs the rest.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let counts = self.counts();
        let by_assertion =
            |test: &Outcome| matches!(&test.status, Status::Failed(failure) if !failure.timed_out);
        if self.tests().any(|(_, test)| by_assertion(test)) {
            ExitCode::TestFailed
        } else if counts.failed > 0 {
            ExitCode::TimedOut
        } else if counts.passed == 0 {
            ExitCode::NoTests
        } else {
            ExitCode::Passed
        }
    }
}

/// The line that opens a suite's block.
#[must_use]
pub fn heading(suite: &str) -> String {
    format!("CI STAGE: running test suite at '{suite}'")
}

/// The rule and the verdict that close a transcript.
#[must_use]
pub fn closing(class: ExitCode) -> String {
    let verdict = match class {
        ExitCode::Passed => "BUILD PASSED: every test succeeded, proceeding to build stage",
        ExitCode::NoTests => "BUILD FAILED: no test ran, stopping the pipeline",
        ExitCode::DoesNotBuild => "BUILD FAILED: the code does not compile, stopping the pipeline",
        ExitCode::TimedOut => "BUILD FAILED: at least one test timed out, stopping the pipeline",
        _ => "BUILD FAILED: at least one test failed, stopping the pipeline",
    };
    format!("{}\n{verdict}", "-".repeat(50))
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for suite in &self.suites {
            writeln!(f, "{}", heading(&suite.name))?;
            for test in &suite.tests {
                let word = match test.status {
                    Status::Passed => "PASSED",
                    Status::Failed(_) => "FAILED",
                    Status::Ignored => "IGNORED",
                };
                writeln!(f, "{}::{} {word}", suite.name, test.name)?;
            }
        }
        for (suite, test) in self.tests() {
            if let Status::Failed(failure) = &test.status {
                write_failure(f, suite, &test.name, failure)?;
            }
        }
        let seconds = self.duration.as_secs();
        let hundredths = self.duration.subsec_millis() / 10;
        writeln!(f, "{} in {seconds}.{hundredths:02}s", self.counts())?;
        writeln!(f, "{}", closing(self.exit_code()))
    }
}

fn write_failure(
    f: &mut fmt::Formatter<'_>,
    suite: &str,
    test: &str,
    failure: &Failure,
) -> fmt::Result {
    write!(f, "  {suite}::{test}")?;
    if let Some(location) = &failure.location {
        write!(f, " at {location}")?;
    }
    writeln!(f)?;
    for line in failure.message.lines() {
        writeln!(f, "{}", format!("    {line}").trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
