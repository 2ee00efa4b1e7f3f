//! What a run of tests may use up, and how it is to go about it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

use super::flaky::Retries;
use crate::cargo::Instrumentation;
use crate::parallel;
use crate::shard::Sharding;

/// What a run may use up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// After this time a test is killed and counts as failed.
    pub test: Duration,
    /// How many tests run at the same time.
    pub jobs: usize,
}

impl Limits {
    /// A time limit a test, and as many tests at a time as there are cores.
    #[must_use]
    pub fn per_test(test: Duration) -> Self {
        let jobs = parallel::cores();
        Self { test, jobs }
    }

    /// The time limit of all examples in the documentation, which are compiled one by one.
    #[must_use]
    pub fn examples(&self) -> Duration {
        const LEAST: Duration = Duration::from_mins(10);
        LEAST.max(self.test * 4)
    }
}

/// Under which conditions tests run.
#[derive(Debug, Clone)]
pub struct Conditions {
    /// What they may use up.
    pub limits: Limits,
    /// How often they are tried again.
    pub retries: Retries,
    /// Further variables.
    pub environment: BTreeMap<String, OsString>,
    /// How the programs were built, where not plainly.
    pub instrumentation: Option<Instrumentation>,
    /// Whether `cargo nextest` is there to run them.
    pub nextest: bool,
    /// Which of them are this machine's, where several share the work.
    pub sharding: Option<Sharding>,
    /// Whether the examples in the documentation belong to the run.
    pub examples: bool,
}

impl Conditions {
    /// Limits, and nothing else out of the ordinary.
    #[must_use]
    pub fn plain(limits: Limits) -> Self {
        Self {
            limits,
            retries: Retries::default(),
            environment: BTreeMap::new(),
            instrumentation: None,
            nextest: false,
            sharding: None,
            examples: false,
        }
    }
}
