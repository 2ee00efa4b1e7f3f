//! The slack intervals that a session asks for: beside a sweep, or alone.

use std::collections::BTreeSet;

use super::{Session, Sweep, json};
use crate::console::{Format, complain, print};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::mutate::cli::SlackOf;
use crate::mutate::matrix::{Mutant, Slack, Verdict};
use crate::mutate::runner::Runner;
use crate::mutate::share::unnumbered;
use crate::mutate::slack;
use crate::mutate::state::{Literal, State};

impl Session<'_> {
    /// The intervals of all numbers of chosen constants where that is quick, otherwise of those
    /// with a mutant that nobody noticed.
    pub(super) fn slack(
        &self,
        state: &State,
        runner: Option<&Runner>,
        sweep: &Sweep,
        judged: &[Mutant],
    ) -> Result<Vec<Slack>, Error> {
        const QUICK_MS: u64 = 200;
        let Some(runner) = runner else {
            return Ok(Vec::new());
        };
        let cost = |constant: usize| -> u64 {
            let readers = state.readers.get(&constant).into_iter().flatten();
            readers.map(|test| state.tests[*test].baseline_ms).sum()
        };
        let survived = judged.iter();
        let survived = survived.filter(|mutant| mutant.verdict == Verdict::Survived);
        let survived: BTreeSet<(usize, &str)> = survived
            .map(|mutant| (mutant.constant, mutant.selector.as_str()))
            .collect();
        let mut wanted = numbers(state, &sweep.chosen);
        wanted.retain(|literal| {
            let mine = sweep.share.as_ref().is_none_or(|share| share.owns(literal));
            let named = (literal.constant, unnumbered(literal));
            mine && (survived.contains(&named) || cost(literal.constant) < QUICK_MS)
        });
        slack::intervals(state, runner, &wanted, self.jobs)
    }

    /// Nothing but the intervals that were asked for.
    pub(super) fn slack_alone(
        &self,
        state: &State,
        runner: Option<&Runner>,
        wanted: &SlackOf<'_>,
    ) -> Result<ExitCode, Error> {
        let selection = self.selection()?;
        selection.check_names(state)?;
        let constants = state.constants.iter();
        let chosen = constants.filter(|constant| selection.takes_constant(constant));
        let chosen: BTreeSet<usize> = chosen.map(|constant| constant.id).collect();
        let only = match wanted {
            SlackOf::One(name) => Some(*name),
            SlackOf::Everything => None,
        };
        let (quick, slow) = slack::candidates(state, &chosen, only);
        let mut found = match runner {
            Some(runner) => slack::intervals(state, runner, &quick, self.jobs)?,
            None => Vec::new(),
        };
        if only.is_some() {
            found.extend(slack::intervals_by_edits(
                self.lab, state, &slow, self.jobs,
            )?);
        }
        match self.format {
            Format::Json => print(json(&found)?),
            Format::Text if found.is_empty() => complain("no test reads such a number"),
            Format::Text => found
                .iter()
                .for_each(|slack| print(slack.sentence_with_cost())),
        }
        Ok(ExitCode::Passed)
    }
}

/// The numbers of the constants of these mutants.
pub(super) fn numbers<'a>(state: &'a State, chosen: &BTreeSet<u32>) -> Vec<&'a Literal> {
    let mutants = state.mutants.iter();
    let chosen = mutants.filter(|mutant| chosen.contains(&mutant.id));
    let constants: BTreeSet<usize> = chosen.map(|mutant| mutant.constant).collect();
    slack::candidates(state, &constants, None).0
}
