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
    /// The values that pass, as people read them: `10..=44`, `30..` without an upper end, `..`.
    ///
    /// Since schema 1.1; in older files it follows from `low` and `high`.
    #[serde(default)]
    pub interval: String,
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

    /// The interval between two ends, as people read it.
    #[must_use]
    pub fn interval(low: &Bound, high: &Bound) -> String {
        match (low.open, high.open) {
            (true, true) => "..".to_owned(),
            (true, false) => format!("..={}", high.value),
            (false, true) => format!("{}..", low.value),
            (false, false) => format!("{}..={}", low.value, high.value),
        }
    }

    /// What the interval means and what closes it: `LIMIT = 30: no test fails for any value in
    /// 10..=44 (by bisection); add tests at 30 and 31`.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.told(&format!("by {}", self.method))
    }

    /// The same with what it cost to find out: `(by bisection, 18 runs, 65 ms)`.
    #[must_use]
    pub fn sentence_with_cost(&self) -> String {
        self.told(&format!(
            "by {}, {} runs, {} ms",
            self.method, self.runs, self.duration_ms
        ))
    }

    fn told(&self, found: &str) -> String {
        let values = if self.low.open && self.high.open {
            "whatever value stands there".to_owned()
        } else {
            format!("for any value in {}", self.interval)
        };
        let remedy = match self.suggested.as_slice() {
            _ if self.is_closed() => "; the tests hold it on both sides".to_owned(),
            [] => String::new(),
            [one] => format!("; add a test at {one}"),
            [rest @ .., last] => format!("; add tests at {} and {last}", rest.join(", ")),
        };
        format!(
            "{} = {}: no test fails {values} ({found}){remedy}",
            self.selector, self.value
        )
    }
}

#[cfg(test)]
mod tests;
