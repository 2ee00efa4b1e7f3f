//! Tests that fail and then pass: a failure, unless a quarantine forgives it for a time.

use serde::{Deserialize, Serialize};

use crate::settings::Quarantine;
use crate::transcript::{Failure, Outcome, Status};

/// A quarantined test is tried at least this often again.
const RETRIES_IN_QUARANTINE: u32 = 2;

/// A test that failed and then passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlakyTest {
    /// The suite's name.
    pub suite: String,
    /// The test's name.
    pub test: String,
    /// At which attempt it passed.
    pub attempt: u32,
    /// What it said when it failed first.
    pub failure: Failure,
    /// Why that is accepted, if it is.
    pub quarantine: Option<String>,
}

/// How often tests are tried again.
#[derive(Debug, Clone, Default)]
pub struct Retries {
    /// Every test.
    pub every: u32,
    /// The tests whose wavering is accepted for a time.
    pub quarantine: Vec<Quarantine>,
}

impl Retries {
    /// How often this test is tried again.
    #[must_use]
    pub fn of(&self, suite: &str, test: &str) -> u32 {
        match self.quarantined(suite, test) {
            Some(_) => self.every.max(RETRIES_IN_QUARANTINE),
            None => self.every,
        }
    }

    fn quarantined(&self, suite: &str, test: &str) -> Option<&Quarantine> {
        let is_meant = |name: &str| {
            let rest = name.strip_prefix(suite);
            rest.and_then(|rest| rest.strip_prefix("::")) == Some(test)
        };
        self.quarantine.iter().find(|entry| is_meant(&entry.test))
    }

    /// Judges a test that passed at a later attempt: without a quarantine it has failed.
    #[must_use]
    pub fn judge(
        &self,
        suite: &str,
        passed: Outcome,
        attempt: u32,
        failure: Failure,
    ) -> (Outcome, FlakyTest) {
        let quarantine = self.quarantined(suite, &passed.name);
        let flaky = FlakyTest {
            suite: suite.to_owned(),
            test: passed.name.clone(),
            attempt,
            quarantine: quarantine.map(|entry| entry.reason.as_str().to_owned()),
            failure: failure.clone(),
        };
        if quarantine.is_some() {
            return (passed, flaky);
        }
        let message = format!(
            "flaky: passed at attempt {attempt}; before that\n{}",
            failure.message
        );
        let failed = Outcome {
            status: Status::Failed(Failure { message, ..failure }),
            ..passed
        };
        (failed, flaky)
    }
}
