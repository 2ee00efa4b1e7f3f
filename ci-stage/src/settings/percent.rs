//! A percentage that is kept exactly.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// A percentage from 0 to 100 with at most two decimals, kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
#[serde(into = "String")]
pub struct Percent {
    pub(super) hundredths: u64,
}

impl Percent {
    /// The gate of a workspace that sets none.
    pub const DEFAULT_GATE: Self = Self { hundredths: 9000 };

    /// How many of `lines` have to be covered to meet this percentage.
    #[must_use]
    pub fn lines_needed(self, lines: u64) -> u64 {
        (lines * self.hundredths).div_ceil(10_000)
    }

    /// This share of a number, rounded down.
    #[must_use]
    pub fn part_of(self, whole: u64) -> u64 {
        whole.saturating_mul(self.hundredths) / 10_000
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

/// A number, as in a manifest, or a text, as in a verdict.
impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) => text,
            other => other.to_string(),
        };
        // Cargo writes the manifest's `90.0` as it is; a whole number has no decimals to lose.
        let number = text.strip_suffix(".0").unwrap_or(&text);
        number.parse().map_err(serde::de::Error::custom)
    }
}
