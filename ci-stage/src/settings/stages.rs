//! `stages` and `stage.*`: which stages there are, in which order, under which conditions.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::exit::ExitCode;

/// One stage's conditions; a stage that is not built in has `run`.
///
/// ```toml
/// stages = ["lint", "test", "coverage", "smoke", "build"]
/// stage.build.beside = "test"      # starts together with the tests, is cancelled if they fail
/// stage.test.timeout-seconds = 900
/// stage.smoke = { run = ["./smoke.sh"], cache = true, env = { TZ = "UTC" }, class = "gate" }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct StageSettings {
    /// Command lines for `sh -c`, one after the other; the first that fails ends the stage.
    pub run: Vec<String>,
    /// The stage with which this one starts; it must stand earlier in the order.
    pub beside: Option<String>,
    /// The whole stage is killed after this time.
    pub timeout_seconds: Option<u64>,
    /// Variables for whatever the stage starts.
    pub env: BTreeMap<String, String>,
    /// Whether a pass is remembered while nothing changes.
    pub cache: Option<bool>,
    /// The class of an own command that fails: `test_failed` unless this says otherwise.
    pub class: Option<FailureClass>,
}

impl StageSettings {
    /// The time limit of the whole stage.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout_seconds.map(Duration::from_secs)
    }
}

/// The classes that an own command may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// Exit code 1.
    TestFailed,
    /// Exit code 3.
    DoesNotBuild,
    /// Exit code 5.
    Gate,
    /// Exit code 6.
    Lint,
    /// Exit code 7.
    Setup,
}

impl From<FailureClass> for ExitCode {
    fn from(class: FailureClass) -> Self {
        match class {
            FailureClass::TestFailed => Self::TestFailed,
            FailureClass::DoesNotBuild => Self::DoesNotBuild,
            FailureClass::Gate => Self::Gate,
            FailureClass::Lint => Self::Lint,
            FailureClass::Setup => Self::Setup,
        }
    }
}

/// `cache.*`: when a remembered pass counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct CacheSettings {
    /// Whether stages are cached at all.
    pub enabled: bool,
    /// On a CI server nothing is answered from the cache on these branches, which deploy.
    pub deploying_branches: Vec<String>,
    /// Further variables of the environment that a verdict depends on.
    pub env: Vec<String>,
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            deploying_branches: vec!["main".into(), "master".into()],
            env: Vec::new(),
        }
    }
}
