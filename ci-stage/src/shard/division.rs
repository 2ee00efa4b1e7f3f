//! Which share of the work is whose.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How the examples in the documentation are shown: a suite with one test.
pub(crate) const EXAMPLES: (&str, &str) = ("doctests", "workspace");

/// One of several shares: `2/4` is the second of four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Which, from 1.
    pub number: u16,
    /// How many there are.
    pub of: u16,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers
            .and_then(|(number, of)| Some((number.trim().parse().ok()?, of.trim().parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err("a shard is K/N, K from 1 to N and N at most 65535, such as 2/4".into()),
        }
    }
}

/// A test, and the shard to which it falls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// The suite's name.
    pub suite: String,
    /// The test's name.
    pub test: String,
    /// The number of its shard.
    pub shard: u16,
}

impl Unit {
    /// The test as people call it: `test_pricing::adds_tax`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}::{}", self.suite, self.test)
    }

    /// Whether it stands for the examples in the documentation.
    #[must_use]
    pub fn is_examples(&self) -> bool {
        (&*self.suite, &*self.test) == EXAMPLES
    }
}

/// Divides work of these weights so that every shard gets about as much: the heaviest piece first,
/// each to the shard that has least. Gives each piece's shard, from 1; the same weights always give
/// the same division.
#[must_use]
pub fn divide(weights: &[u64], shards: u16) -> Vec<u16> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    // The sort is stable: what weighs the same keeps its place.
    order.sort_by_key(|piece| Reverse(weights[*piece]));
    let mut loads = vec![(0_u64, 0_usize); usize::from(shards.max(1))];
    let mut division = vec![1; weights.len()];
    for piece in order {
        let least = (0..loads.len()).min_by_key(|shard| loads[*shard]);
        let least = least.unwrap_or_default();
        let (weight, pieces) = loads[least];
        loads[least] = (weight.saturating_add(weights[piece]), pieces + 1);
        division[piece] = u16::try_from(least + 1).unwrap_or(u16::MAX);
    }
    division
}

#[cfg(test)]
mod tests;
