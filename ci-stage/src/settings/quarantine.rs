//! `quarantine`: tests whose wavering is known, why, and until when that is accepted.

use jiff::Zoned;
use jiff::civil::Date;
use serde::Deserialize;

/// ```toml
/// [[workspace.metadata.ci-stage.quarantine]]
/// test = "test_queue::workers_share_the_load"
/// reason = "races with the clock, being rewritten"
/// until = "2027-03-31"
/// ```
///
/// Such a test may fail at first and then pass; a test that never passes stays red. After the
/// date the quarantine itself is a failure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarantine {
    /// The test as the transcript names it: `suite::test`.
    pub test: String,
    /// Why it wavers, and what is being done.
    pub reason: Reason,
    /// The last day.
    pub until: Date,
}

impl Quarantine {
    /// Whether its last day is over.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        Zoned::now().date() > self.until
    }
}

/// A reason that says something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Reason(String);

impl Reason {
    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() {
            return Err("a quarantine needs a reason: say why the test wavers");
        }
        Ok(Self(text))
    }
}
