//! The slack interval of a number: one build takes any value, so its ends are found by bisection.

mod scaled;

use std::collections::BTreeSet;
use std::time::Instant;

use super::find::SiteKind;
use super::judge::milliseconds;
use super::matrix::{Bound, Slack, TestId};
use super::runner::{Outcome, Runner, Switch};
use super::state::{Literal, State};
use crate::error::Error;
use crate::parallel;
use scaled::Scaled;

/// Finds the slack intervals of the given literals.
pub(super) fn intervals(
    state: &State,
    runner: &Runner,
    literals: &[&Literal],
    jobs: usize,
) -> Result<Vec<Slack>, Error> {
    let found = parallel::map(literals, jobs, |worker, literal| {
        let Some(search) = Search::of(state, runner, worker, literal) else {
            return Ok(None);
        };
        search.interval(literal).map(Some)
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// The numbers whose slack can be found: the build takes their value, and a test reads it.
pub(super) fn candidates<'a>(state: &'a State, constants: &BTreeSet<usize>) -> Vec<&'a Literal> {
    state
        .literals
        .iter()
        .filter(|literal| {
            constants.contains(&literal.constant)
                && literal.kind == SiteKind::Number
                && literal.slot.is_some()
                && state.readers.contains_key(&literal.constant)
        })
        .collect()
}

struct Search<'a> {
    runner: &'a Runner,
    worker: usize,
    slot: u32,
    tests: Vec<TestId>,
    original: Scaled,
}

/// What a value did.
struct Tried {
    failing: Vec<TestId>,
    /// Whether the type has no such value.
    impossible: bool,
}

impl<'a> Search<'a> {
    fn of(state: &State, runner: &'a Runner, worker: usize, literal: &Literal) -> Option<Self> {
        let constant = &state.constants[literal.constant];
        let negative = literal.signed.byte_start < literal.span.byte_start;
        Some(Self {
            runner,
            worker,
            slot: literal.slot?,
            tests: state
                .readers
                .get(&literal.constant)?
                .iter()
                .copied()
                .collect(),
            original: Scaled::of(&literal.text, negative, &constant.type_text)?,
        })
    }

    fn interval(&self, literal: &Literal) -> Result<Slack, Error> {
        let started = Instant::now();
        let mut runs = 0;
        let low = self.bound(-1, &mut runs)?;
        let high = self.bound(1, &mut runs)?;
        let original = self.original.text(self.original.value);
        let next = self.original.text(self.original.value + 1);
        // With `days > LIMIT` a test at the limit holds it from below, one just above from above.
        let below = (low.value != original).then(|| original.clone());
        let above = (high.value != original).then_some(next);
        Ok(Slack {
            constant: literal.constant,
            selector: literal.selectors.last().cloned().unwrap_or_default(),
            value: original,
            low,
            high,
            step: self.original.step(),
            runs,
            duration_ms: milliseconds(started.elapsed()),
            method: "bisection".to_owned(),
            suggested: below.into_iter().chain(above).collect(),
        })
    }

    fn attempt(&self, value: i128, runs: &mut usize) -> Result<Tried, Error> {
        *runs += 1;
        let switch = Switch::Value(self.slot, self.original.text(value));
        let ran = self.runner.run(self.worker, &self.tests, &switch)?;
        let ends = self.tests.iter().zip(&ran);
        let failing = ends
            .filter(|(_, ran)| ran.end != Outcome::Passed)
            .map(|(test, _)| *test);
        Ok(Tried {
            failing: failing.collect(),
            impossible: ran.iter().any(|ran| ran.end == Outcome::NoSuchValue),
        })
    }

    /// Doubles the distance until a test fails, then halves the gap.
    fn bound(&self, direction: i128, runs: &mut usize) -> Result<Bound, Error> {
        let edge = self.original.edge(direction);
        let mut passes = self.original.value;
        let mut fails: Option<(i128, Tried)> = None;
        let mut distance = 1;
        while passes != edge && fails.is_none() {
            let wanted = self.original.value.saturating_add(direction * distance);
            let value = if direction < 0 {
                wanted.max(edge)
            } else {
                wanted.min(edge)
            };
            let tried = self.attempt(value, runs)?;
            if tried.failing.is_empty() {
                passes = value;
            } else {
                fails = Some((value, tried));
            }
            distance = distance.saturating_mul(2);
        }
        while let Some((bad, _)) = &fails
            && (bad - passes).abs() > 1
        {
            let middle = passes + (bad - passes) / 2;
            let tried = self.attempt(middle, runs)?;
            if tried.failing.is_empty() {
                passes = middle;
            } else {
                fails = Some((middle, tried));
            }
        }
        let noticed = fails.filter(|(_, tried)| !tried.impossible);
        Ok(Bound {
            value: self.original.text(passes),
            open: noticed.is_none(),
            fails_at: noticed
                .as_ref()
                .map(|(value, _)| self.original.text(*value)),
            failing: noticed.map(|(_, tried)| tried.failing).unwrap_or_default(),
        })
    }
}
