//! The share of a run's tests that falls to this machine.

use super::doctests;
use super::run::Job;
use crate::shard::{Shard, Sharding, Timings, Unit, divide};

/// How the tests of a run are divided, and which are this machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// This machine's.
    pub shard: Shard,
    /// Every test of the run, in its order.
    pub units: Vec<Unit>,
    /// By what they were divided.
    pub by: String,
}

impl Share {
    /// Divides listed tests, and the examples in the documentation as one more.
    pub(super) fn of(
        jobs: &[Job<'_>],
        names: &[String],
        examples: bool,
        sharding: &Sharding,
    ) -> Self {
        let listed = jobs.iter().map(|job| {
            let name = (names[job.suite].clone(), job.test.name.clone());
            (name, u64::from(!job.test.ignored))
        });
        let doctests = (doctests::SUITE.to_owned(), doctests::TEST.to_owned());
        let doctests = examples.then_some((doctests, 1));
        let all: Vec<((String, String), u64)> = listed.chain(doctests).collect();
        let pieces: Vec<(String, u64)> = all
            .iter()
            .map(|((suite, test), weight)| (format!("{suite}::{test}"), *weight))
            .collect();
        let mut weighed = Timings::weights(&sharding.timings.tests, &pieces);
        for (weight, (_, unknown)) in weighed.weights.iter_mut().zip(&pieces) {
            // What is not run takes nothing.
            *weight *= unknown;
        }
        let division = divide(&weighed.weights, sharding.shard.of);
        let units = all.into_iter().zip(division);
        let units = units.map(|(((suite, test), _), shard)| Unit { suite, test, shard });
        Self {
            shard: sharding.shard,
            units: units.collect(),
            by: weighed.by,
        }
    }

    /// Whether the test at this place is this machine's.
    pub(super) fn is_mine(&self, place: usize) -> bool {
        let unit = self.units.get(place);
        unit.is_some_and(|unit| unit.shard == self.shard.number)
    }

    /// Whether the examples in the documentation are.
    #[must_use]
    pub fn has_examples(&self) -> bool {
        let unit = self.units.last();
        unit.is_some_and(|unit| unit.is_examples() && unit.shard == self.shard.number)
    }

    /// How many tests are this machine's.
    #[must_use]
    pub fn len(&self) -> usize {
        let mine = |unit: &&Unit| unit.shard == self.shard.number;
        self.units.iter().filter(mine).count()
    }

    /// Whether no test is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
