//! The slack interval of a number: one build takes any value, so its ends are found by bisection.

mod scaled;

use std::collections::BTreeSet;
use std::time::Instant;

use super::find::SiteKind;
use super::judge::{Edited, Rebuilds, milliseconds};
use super::lab::Lab;
use super::matrix::{Bound, Slack, TestId};
use super::runner::{Outcome, Ran, Runner, Switch};
use super::state::{Literal, State};
use crate::error::Error;
use crate::parallel;
use scaled::Scaled;

/// Finds the slack intervals of literals whose value the build of all mutants takes.
pub(super) fn intervals(
    state: &State,
    runner: &Runner,
    literals: &[&Literal],
    jobs: usize,
) -> Result<Vec<Slack>, Error> {
    let found = parallel::map(literals, jobs, |worker, literal| {
        let readers = state.readers.get(&literal.constant);
        let Some((slot, readers)) = literal.slot.zip(readers) else {
            return Ok(None);
        };
        let tests: Vec<TestId> = readers.iter().copied().collect();
        let attempt = |value: String| {
            let ran = runner.run(worker, &tests, &Switch::Value(slot, value))?;
            Ok(Tried::of(&tests, &ran))
        };
        Search::interval(state, literal, &attempt)
    })?;
    Ok(found.into_iter().flatten().collect())
}

/// Finds them with a real edit for every value, because other constants are built from the literal.
pub(super) fn intervals_by_edits(
    lab: &Lab,
    state: &State,
    literals: &[&Literal],
    jobs: usize,
) -> Result<Vec<Slack>, Error> {
    let rebuilds = Rebuilds::new(lab, state, jobs);
    let found = literals.iter().map(|literal| {
        let attempt = |value: String| {
            let range = literal.signed.byte_start..literal.signed.byte_end;
            Ok(match rebuilds.edit(&literal.span.file, range, &value)? {
                Edited::Broken(_) => Tried::IMPOSSIBLE,
                Edited::Ran { tests, ran, .. } => Tried::of(&tests, &ran),
            })
        };
        Search::interval(state, literal, &attempt)
    });
    let found: Result<Vec<Option<Slack>>, Error> = found.collect();
    Ok(found?.into_iter().flatten().collect())
}

/// The numbers of the given constants, those that the build of all mutants takes first.
pub(super) fn candidates<'a>(
    state: &'a State,
    constants: &BTreeSet<usize>,
    only: Option<&str>,
) -> (Vec<&'a Literal>, Vec<&'a Literal>) {
    // `pricing::policy::TIER_DISCOUNTS.gold` without its modules.
    let only = only.map(|name| name.rsplit("::").next().unwrap_or(name));
    let wanted = |literal: &Literal| {
        let whole = |name: &str| state.constants[literal.constant].name == name;
        only.is_none_or(|name| whole(name) || literal.selectors.iter().any(|known| known == name))
    };
    let literals = state.literals.iter().filter(|literal| {
        let chosen = constants.contains(&literal.constant) && wanted(literal);
        chosen && literal.kind == SiteKind::Number
    });
    literals.partition(|literal| literal.slot.is_some())
}

/// What a value did.
struct Tried {
    failing: Vec<TestId>,
    /// Whether there can be no such value.
    impossible: bool,
}

impl Tried {
    const IMPOSSIBLE: Self = Self {
        failing: Vec::new(),
        impossible: true,
    };

    fn of(tests: &[TestId], ran: &[Ran]) -> Self {
        let ends = tests.iter().zip(ran);
        let failing = ends.filter(|(_, ran)| ran.end != Outcome::Passed);
        Self {
            failing: failing.map(|(test, _)| *test).collect(),
            impossible: ran.iter().any(|ran| ran.end == Outcome::NoSuchValue),
        }
    }

    fn passes(&self) -> bool {
        self.failing.is_empty() && !self.impossible
    }
}

/// Gives the number a value and runs the tests.
type Attempt<'a> = &'a dyn Fn(String) -> Result<Tried, Error>;

struct Search<'a> {
    attempt: Attempt<'a>,
    original: Scaled,
}

impl Search<'_> {
    fn interval(
        state: &State,
        literal: &Literal,
        attempt: Attempt<'_>,
    ) -> Result<Option<Slack>, Error> {
        let constant = &state.constants[literal.constant];
        let negative = literal.signed.byte_start < literal.span.byte_start;
        let Some(original) = Scaled::of(&literal.text, negative, &constant.type_text) else {
            return Ok(None);
        };
        let started = Instant::now();
        let search = Search { attempt, original };
        let mut runs = 0;
        let low = search.bound(-1, &mut runs)?;
        let high = search.bound(1, &mut runs)?;
        let value = search.original.text(search.original.value);
        let next = search.original.text(search.original.value + 1);
        // With `days > LIMIT` a test at the limit holds it from below, one just above from above.
        let below = (low.value != value).then(|| value.clone());
        let above = (high.value != value).then_some(next);
        Ok(Some(Slack {
            constant: literal.constant,
            selector: literal.selectors.last().cloned().unwrap_or_default(),
            value,
            interval: Slack::interval(&low, &high),
            low,
            high,
            step: search.original.step(),
            runs,
            duration_ms: milliseconds(started.elapsed()),
            method: "bisection".to_owned(),
            suggested: below.into_iter().chain(above).collect(),
        }))
    }

    fn attempt(&self, value: i128, runs: &mut usize) -> Result<Tried, Error> {
        *runs += 1;
        (self.attempt)(self.original.text(value))
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
            if tried.passes() {
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
            if tried.passes() {
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
