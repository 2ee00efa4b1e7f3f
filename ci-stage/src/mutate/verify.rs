//! The engine's own proof: mutants applied as real edits, verdict against verdict, test by test.

use std::collections::BTreeSet;

use super::judge::Rebuilds;
use super::lab::Lab;
use super::matrix::{Difference, Mutant, TestId, TestedBy, Verdict, Verification};
use super::state::State;
use crate::error::Error;

/// How many mutants are applied as real edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sample {
    /// Every one.
    All,
    /// So many, spread by chance.
    Some(usize),
}

impl std::str::FromStr for Sample {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            _ => text
                .parse()
                .map(Self::Some)
                .map_err(|_| format!("`{text}` is neither a number nor `all`")),
        }
    }
}

impl std::fmt::Display for Sample {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => out.write_str("all"),
            Self::Some(count) => write!(out, "{count}"),
        }
    }
}

/// Compares verdicts with those of real edits.
pub(super) fn verify(
    lab: &Lab,
    state: &State,
    mutants: &[Mutant],
    sample: Sample,
    jobs: usize,
    say: &dyn Fn(&str),
) -> Result<Verification, Error> {
    let rebuilds = Rebuilds::new(lab, state, jobs);
    // What was judged by a real edit is no proof of anything else.
    let candidates: Vec<&Mutant> = mutants
        .iter()
        .filter(|mutant| mutant.tested_by != TestedBy::Rebuild)
        .collect();
    let chosen = choose(&candidates, sample, &state.inputs);
    let mut verification = Verification {
        compared: 0,
        differences: Vec::new(),
    };
    for mutant in chosen {
        let mut edited = mutant.clone();
        rebuilds.judge(&mut edited)?;
        verification.compared += 1;
        say(&format!(
            "{} of the real edits are done",
            verification.compared
        ));
        verification
            .differences
            .extend(difference(state, mutant, &edited));
    }
    Ok(verification)
}

/// A sample that is the same for the same inputs, so that a difference can be looked at again.
fn choose<'a>(mutants: &[&'a Mutant], sample: Sample, inputs: &str) -> Vec<&'a Mutant> {
    let Sample::Some(count) = sample else {
        return mutants.to_vec();
    };
    let mut keyed: Vec<(String, &Mutant)> = mutants
        .iter()
        .map(|mutant| {
            (
                super::tree::hash_of(format!("{inputs} {}", mutant.id).as_bytes()),
                *mutant,
            )
        })
        .collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    keyed
        .into_iter()
        .take(count)
        .map(|(_, mutant)| mutant)
        .collect()
}

fn difference(state: &State, swept: &Mutant, edited: &Mutant) -> Option<Difference> {
    let steady = |tests: &BTreeSet<TestId>| -> BTreeSet<TestId> {
        tests
            .iter()
            .copied()
            .filter(|test| !state.tests[*test].flaky)
            .collect()
    };
    let failing = |mutant: &Mutant| -> BTreeSet<TestId> {
        let killed = mutant.killed_by.iter().map(|kill| kill.test);
        steady(&killed.chain(mutant.timed_out.iter().copied()).collect())
    };
    let (ours, real) = (failing(swept), failing(edited));
    let same_verdict = outcome(swept) == outcome(edited) || swept.flaky || edited.flaky;
    let tests: Vec<TestId> = ours.symmetric_difference(&real).copied().collect();
    (!same_verdict || !tests.is_empty()).then_some(Difference {
        mutant: swept.id,
        swept: swept.verdict,
        edited: edited.verdict,
        tests,
    })
}

/// A real edit cannot tell whether anyone reads what it changed.
fn outcome(mutant: &Mutant) -> Verdict {
    match mutant.verdict {
        Verdict::NoCoverage => Verdict::Survived,
        verdict => verdict,
    }
}
