//! `[workspace.metadata.ci-stage]` in the root manifest; every key is optional.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cargo::Workspace;
use crate::error::Error;

/// What a workspace says about its own pipeline.
///
/// ```toml
/// [workspace.metadata.ci-stage]
/// name = "ledgerly"            # the package is dist/ledgerly-<commit>
/// bins = ["ledgerly"]          # which binaries it holds
/// coverage.lines = 90          # the gate, in percent of lines
/// test.timeout-seconds = 300   # after this time a test is killed
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The package's name; the root folder's name when it is not given.
    pub name: Option<String>,
    /// The binaries to package; all of the workspace's when it is not given.
    pub bins: Option<Vec<String>>,
    /// The coverage gate.
    pub coverage: CoverageSettings,
    /// How tests are run.
    pub test: TestSettings,
}

/// `coverage.*`
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CoverageSettings {
    /// The least share of lines that tests have to cover.
    pub lines: Option<Percent>,
}

/// `test.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TestSettings {
    /// A test that runs longer is killed and counts as failed.
    pub timeout_seconds: u64,
}

impl Default for TestSettings {
    fn default() -> Self {
        Self {
            timeout_seconds: 300,
        }
    }
}

impl TestSettings {
    /// The time limit of one test.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }
}

impl Settings {
    /// Reads the workspace's settings.
    ///
    /// # Errors
    /// [`Error::Configuration`] for an unknown key or a value that is not allowed.
    pub fn read(workspace: &Workspace) -> Result<Self, Error> {
        let Some(section) = workspace.settings().get("ci-stage") else {
            return Ok(Self::default());
        };
        serde_json::from_value(section.clone()).map_err(|error| Error::Configuration {
            file: workspace.manifest(),
            message: format!("[workspace.metadata.ci-stage]: {error}"),
        })
    }

    /// The name of what the pipeline packages.
    #[must_use]
    pub fn package_name(&self, workspace: &Workspace) -> String {
        let folder = || workspace.root().file_name();
        self.name.clone().unwrap_or_else(|| {
            folder().map_or_else(|| "workspace".into(), |name| name.to_string_lossy().into())
        })
    }
}

/// A percentage from 0 to 100 with at most two decimals, kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "serde_json::Number", into = "String")]
pub struct Percent {
    hundredths: u64,
}

impl Percent {
    /// The gate of a workspace that sets none.
    pub const DEFAULT_GATE: Self = Self { hundredths: 9000 };

    /// How many of `lines` have to be covered to meet this percentage.
    #[must_use]
    pub fn lines_needed(self, lines: u64) -> u64 {
        (lines * self.hundredths).div_ceil(10_000)
    }

    /// The share, rounded down, so that a missed gate is never shown as met.
    #[must_use]
    pub fn of(part: u64, whole: u64) -> Self {
        let hundredths = (part * 10_000).checked_div(whole).unwrap_or_default();
        Self { hundredths }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.hundredths / 100, self.hundredths % 100);
        if rest == 0 && !f.alternate() {
            write!(f, "{whole}")
        } else {
            write!(f, "{whole}.{rest:02}")
        }
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> Self {
        percent.to_string()
    }
}

/// A text that is no percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a percentage: write a number from 0 to 100 with at most two decimals, such as 90 or 87.5"
)]
pub struct NotAPercentage(String);

impl FromStr for Percent {
    type Err = NotAPercentage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let parsed = whole
            .parse()
            .ok()
            .filter(|_| digits(whole) && digits(decimals));
        let fraction = format!("{decimals:0<2}").parse::<u64>().ok();
        match (parsed, fraction) {
            (Some(whole @ 0..=100_u64), Some(fraction)) if decimals.len() <= 2 => {
                let hundredths = whole * 100 + fraction;
                let percent = (hundredths <= 10_000).then_some(Self { hundredths });
                percent.ok_or_else(|| NotAPercentage(text.into()))
            }
            _ => Err(NotAPercentage(text.into())),
        }
    }
}

impl TryFrom<serde_json::Number> for Percent {
    type Error = NotAPercentage;

    fn try_from(number: serde_json::Number) -> Result<Self, Self::Error> {
        let text = number.to_string();
        // Cargo writes the manifest's `90.0` as it is; a whole number has no decimals to lose.
        text.strip_suffix(".0").unwrap_or(&text).parse()
    }
}

#[cfg(test)]
mod tests;
