//! How long tests and mutants took, for the next division.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::mutate::matrix::Matrix;
use crate::sources::hash;
use crate::transcript::Transcript;
use crate::verdict::Verdict;

const VERSION: u32 = 1;

/// Measured times in milliseconds. In JSON:
///
/// ```json
/// {"version": 1,
///  "tests": {"test_pricing::adds_tax": 12, "doctests::workspace": 840},
///  "mutants": {"pricing::policy::TAX_RATE": 30, "pricing::policy::TIER_DISCOUNTS.gold": 41}}
/// ```
///
/// A test has its suite before its name; mutants have the time of all that change one literal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timings {
    /// The version of this format.
    pub version: u32,
    /// Of each test.
    #[serde(default)]
    pub tests: BTreeMap<String, u64>,
    /// Of all mutants of each literal.
    #[serde(default)]
    pub mutants: BTreeMap<String, u64>,
}

impl Timings {
    /// Reads measured times: a file of them, the verdict of a run, or the matrix of a sweep.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is none of these.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let wrong = |what: &dyn std::fmt::Display| {
            Error::Usage(format!(
                "{}: {what}; measured times are a timings.json that `ci-stage merge` wrote, a \
                 verdict.json or a matrix.json",
                file.display()
            ))
        };
        let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
        let any: serde_json::Value = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        if any.get("stages").is_some() {
            let verdict = Verdict::read(file)?;
            let mut tests = verdict.stages.iter();
            let tests = tests.find_map(|stage| stage.findings.tests.as_ref());
            return Ok(tests.map(Self::of_tests).unwrap_or_default());
        }
        if any.get("mutants").is_some_and(serde_json::Value::is_array) {
            return Ok(Self::of_mutants(&Matrix::read(file)?));
        }
        let timings: Self = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
        if timings.version != VERSION {
            let version = timings.version;
            return Err(wrong(&format!("version {version}, not {VERSION}")));
        }
        Ok(timings)
    }

    /// The times of a run's tests.
    #[must_use]
    pub fn of_tests(transcript: &Transcript) -> Self {
        let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis());
        let tests = transcript.tests().map(|(suite, test)| {
            let time = milliseconds(test.duration).unwrap_or(u64::MAX);
            (format!("{suite}::{}", test.name), time)
        });
        Self {
            version: VERSION,
            tests: tests.collect(),
            mutants: BTreeMap::new(),
        }
    }

    /// The times of a sweep's mutants and of the search for their slack.
    #[must_use]
    pub fn of_mutants(matrix: &Matrix) -> Self {
        let mut timings = Self {
            version: VERSION,
            ..Self::default()
        };
        let mut add = |constant: usize, selector: &str, time: u64| {
            let name = matrix.constants[constant].literal(selector);
            *timings.mutants.entry(name).or_default() += time;
        };
        for mutant in &matrix.mutants {
            add(mutant.constant, &mutant.selector, mutant.duration_ms);
        }
        for slack in &matrix.slack {
            add(slack.constant, &slack.selector, slack.duration_ms);
        }
        timings
    }

    /// The weights of pieces of work by their names; what has not been measured weighs `unknown`,
    /// or, where anything has, as much as the others on average.
    #[must_use]
    pub fn weights(times: &BTreeMap<String, u64>, pieces: &[(String, u64)]) -> Weights {
        let known: Vec<u64> = pieces
            .iter()
            .filter_map(|(name, _)| times.get(name).copied())
            .collect();
        let average = known.iter().sum::<u64>().checked_div(known.len() as u64);
        let weights = pieces.iter().map(|(name, unknown)| {
            let measured = times.get(name).copied().or(average);
            // What takes no time still takes a process.
            measured.map_or(*unknown, |time| time.max(1))
        });
        Weights {
            weights: weights.collect(),
            by: if known.is_empty() {
                "number".to_owned()
            } else {
                let text = serde_json::to_string(times).unwrap_or_default();
                format!("measured times {:.12}", hash(text.as_bytes()))
            },
        }
    }
}

/// Weights of pieces of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    /// In the order of the pieces.
    pub weights: Vec<u64>,
    /// Where they come from: `number`, or the digest of the measured times.
    pub by: String,
}

#[cfg(test)]
mod tests {
    use super::Timings;

    #[test]
    fn what_was_not_measured_weighs_as_much_as_the_others_on_average() {
        let times = [("a".to_owned(), 30), ("b".to_owned(), 10)].into();
        let pieces = ["a", "b", "new"].map(|name| (name.to_owned(), 1));
        let weighed = Timings::weights(&times, &pieces);
        assert_eq!(weighed.weights, [30, 10, 20]);
        assert!(weighed.by.starts_with("measured times "), "{}", weighed.by);
        let unmeasured = Timings::weights(&times, &[("c".to_owned(), 7)]);
        assert_eq!((unmeasured.weights, &*unmeasured.by), (vec![7], "number"));
    }
}
