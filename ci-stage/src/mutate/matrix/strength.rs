//! What each test is worth: which mutants it kills, and which of them only it kills.

use serde::Serialize;

use super::{ConstantId, Matrix, Mutant, TestId};

/// How much of a sweep depends on one test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Strength {
    /// The test.
    pub test: TestId,
    /// Mutants that it was run against, because it reads their constant.
    pub covered: usize,
    /// Mutants that it killed.
    pub kills: usize,
    /// Mutants that no other test killed.
    pub unique: usize,
    /// Constants that stand in its own body: it computes its expectation from them.
    pub computes_from: Vec<ConstantId>,
    /// What follows from the numbers.
    pub standing: Standing,
}

/// What a test adds to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Without it a mutant would survive.
    Needed,
    /// Every mutant that it kills is killed by another test as well.
    Redundant,
    /// It reads constants and notices none of their mutants.
    Blind,
    /// It reads no mutated constant.
    Apart,
}

impl Matrix {
    /// The strength of every test, in the order of [`Matrix::tests`].
    #[must_use]
    pub fn strengths(&self) -> Vec<Strength> {
        let mut strengths: Vec<Strength> = (0..self.tests.len()).map(Strength::of).collect();
        for mutant in &self.mutants {
            for &test in &mutant.covered_by {
                strengths[test].covered += 1;
            }
            for &test in &mutant.noticed_by() {
                strengths[test].kills += 1;
            }
            if let [only] = mutant.noticed_by()[..] {
                strengths[only].unique += 1;
            }
        }
        for constant in &self.constants {
            for test in constant.uses.iter().filter_map(|place| place.in_test) {
                let computes_from = &mut strengths[test].computes_from;
                if !computes_from.contains(&constant.id) {
                    computes_from.push(constant.id);
                }
            }
        }
        for strength in &mut strengths {
            strength.standing = Standing::from_numbers(strength);
        }
        strengths
    }
}

impl Mutant {
    /// The tests that failed or ran past their limit, each once, in the order of [`Matrix::tests`].
    #[must_use]
    pub fn noticed_by(&self) -> Vec<TestId> {
        let killed = self.killed_by.iter().map(|kill| kill.test);
        let mut tests: Vec<TestId> = killed.chain(self.timed_out.iter().copied()).collect();
        tests.sort_unstable();
        tests.dedup();
        tests
    }
}

impl Strength {
    fn of(test: TestId) -> Self {
        Self {
            test,
            covered: 0,
            kills: 0,
            unique: 0,
            computes_from: Vec::new(),
            standing: Standing::Apart,
        }
    }
}

impl Standing {
    fn from_numbers(strength: &Strength) -> Self {
        match (strength.covered, strength.kills, strength.unique) {
            (0, 0, _) => Self::Apart,
            (_, 0, _) => Self::Blind,
            (_, _, 0) => Self::Redundant,
            _ => Self::Needed,
        }
    }
}

#[cfg(test)]
mod tests;
