//! The slack interval: how far a number can move before a test notices.

use serde::{Deserialize, Serialize};

use super::{ConstantId, TestId};

/// The values of one numeric literal that no test tells apart.
///
/// Found by bisection, which assumes that the surviving values lie without a gap round the original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Slack {
    /// The constant that holds the literal.
    pub constant: ConstantId,
    /// What names the literal in `--set`: `LATE_FEE_THRESHOLD_DAYS`, `TIER_DISCOUNTS.gold`.
    pub selector: String,
    /// The value that stands there.
    pub value: String,
    /// The smallest value that passes.
    pub low: Bound,
    /// The largest value that passes.
    pub high: Bound,
    /// The smallest difference that was looked at: `1`, `0.01`.
    pub step: String,
    /// How many values were tried.
    pub runs: usize,
    /// Wall time of those runs.
    pub duration_ms: u64,
    /// How it was found: `bisection`.
    pub method: String,
    /// The values at which a test would close the interval.
    pub suggested: Vec<String>,
}

/// One end of a slack interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Bound {
    /// The last value that passes.
    pub value: String,
    /// Whether even the furthest value that was tried passes, so that this end is open.
    pub open: bool,
    /// The first value beyond that fails, unless the end is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fails_at: Option<String>,
    /// The tests that fail there.
    pub failing: Vec<TestId>,
}

impl Slack {
    /// Whether the tests hold the value on both sides.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.low.value == self.value && self.high.value == self.value
    }

    /// The interval as people read it: `10..=44`, `30..`, `..`.
    #[must_use]
    pub fn interval(&self) -> String {
        match (self.low.open, self.high.open) {
            (true, true) => "..".to_owned(),
            (true, false) => format!("..={}", self.high.value),
            (false, true) => format!("{}..", self.low.value),
            (false, false) => format!("{}..={}", self.low.value, self.high.value),
        }
    }
}
