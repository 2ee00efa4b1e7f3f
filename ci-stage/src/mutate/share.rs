//! The share of a sweep's mutants that falls to this machine.

use std::collections::{BTreeMap, BTreeSet};

use super::matrix::{ConstantId, Mutant, TestedBy};
use super::state::{Literal, State};
use crate::shard::{MutantPart, Shard, Sharding, Timings, divide};

/// A mutant that is built alone takes so many times as long as one that is only switched on.
const REBUILD: u64 = 300;

/// Mutants divided among shards. All that change one literal stay together, because its slack
/// interval is looked for where they are judged.
pub(super) struct Share {
    shard: Shard,
    /// By what they were divided.
    pub(super) by: String,
    division: BTreeMap<u32, u16>,
    literals: BTreeMap<(ConstantId, String), u16>,
}

impl Share {
    /// Divides the chosen mutants.
    pub(super) fn of(state: &State, chosen: &BTreeSet<u32>, sharding: &Sharding) -> Self {
        let mutants = || state.mutants.iter().filter(|one| chosen.contains(&one.id));
        let mut unmeasured: BTreeMap<(ConstantId, String), u64> = BTreeMap::new();
        for mutant in mutants() {
            *unmeasured.entry(literal_of(mutant)).or_default() += match mutant.tested_by {
                TestedBy::Rebuild => REBUILD,
                TestedBy::Schema | TestedBy::Nothing => 1,
            };
        }
        let pieces: Vec<(String, u64)> = unmeasured
            .iter()
            .map(|((constant, selector), weight)| {
                (state.constants[*constant].literal(selector), *weight)
            })
            .collect();
        let weighed = Timings::weights(&sharding.timings.mutants, &pieces);
        let shards = divide(&weighed.weights, sharding.shard.of);
        let literals: BTreeMap<_, u16> = unmeasured.into_keys().zip(shards).collect();
        let division = mutants().map(|one| (one.id, literals[&literal_of(one)]));
        Self {
            shard: sharding.shard,
            by: weighed.by,
            division: division.collect(),
            literals,
        }
    }

    /// The mutants that fall to this machine.
    pub(super) fn mine(&self) -> BTreeSet<u32> {
        let division = self.division.iter();
        let mine = division.filter(|(_, shard)| **shard == self.shard.number);
        mine.map(|(mutant, _)| *mutant).collect()
    }

    /// Whether the slack of a literal is looked for here. One without a mutant goes with the first
    /// of its constant that has some.
    pub(super) fn owns(&self, literal: &Literal) -> bool {
        let own = self
            .literals
            .get(&(literal.constant, unnumbered(literal).to_owned()));
        let first = || {
            let from = (literal.constant, String::new());
            let mut rest = self.literals.range(from..);
            let (_, shard) = rest
                .next()
                .filter(|((one, _), _)| *one == literal.constant)?;
            Some(shard)
        };
        own.or_else(first) == Some(&self.shard.number)
    }

    /// What the others have to know of it.
    pub(super) fn part(&self, literals: Vec<(ConstantId, String)>) -> MutantPart {
        MutantPart {
            division: self.division.clone(),
            literals,
        }
    }
}

fn literal_of(mutant: &Mutant) -> (ConstantId, String) {
    (mutant.constant, mutant.selector.clone())
}

/// A literal's name as its mutants have it: the literals of one expression share it.
pub(super) fn unnumbered(literal: &Literal) -> &str {
    let name = literal.selectors.last().map_or("", String::as_str);
    name.split_once('#').map_or(name, |(name, _)| name)
}
