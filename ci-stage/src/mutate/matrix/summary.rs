//! Counting the ends that mutants met.

use serde::{Deserialize, Serialize};

use super::{Mutant, Verdict};

/// How many mutants met which end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Counts {
    /// At least one test failed.
    pub killed: usize,
    /// Every test that reads the constant passed.
    pub survived: usize,
    /// No test reads the constant.
    pub no_coverage: usize,
    /// A test ran past its time limit.
    pub timeout: usize,
    /// The change does not compile.
    pub unviable: usize,
}

impl Counts {
    /// Counts the verdicts of `mutants`.
    #[must_use]
    pub fn of(mutants: &[Mutant]) -> Self {
        let mut counts = Self::default();
        for mutant in mutants {
            match mutant.verdict {
                Verdict::Killed => counts.killed += 1,
                Verdict::Survived => counts.survived += 1,
                Verdict::NoCoverage => counts.no_coverage += 1,
                Verdict::Timeout => counts.timeout += 1,
                Verdict::Unviable => counts.unviable += 1,
            }
        }
        counts
    }

    /// Mutants that the tests noticed: killed or timed out.
    #[must_use]
    pub fn detected(self) -> usize {
        self.killed + self.timeout
    }

    /// Mutants that nobody noticed: survived or not covered.
    #[must_use]
    pub fn undetected(self) -> usize {
        self.survived + self.no_coverage
    }

    /// Mutants that compile; the score's denominator.
    #[must_use]
    pub fn valid(self) -> usize {
        self.detected() + self.undetected()
    }

    /// Detected mutants as hundredths of a percent of the valid ones, rounded down; none without mutants.
    #[must_use]
    pub fn score_basis_points(self) -> Option<usize> {
        (self.detected() * 10_000).checked_div(self.valid())
    }
}
