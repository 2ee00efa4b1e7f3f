//! What the uses of a constant allow: which mutants one build can hold, and which it cannot.

mod freeze;
mod uses;

use std::collections::{BTreeMap, BTreeSet};

use super::find::SiteKind;
use super::matrix::ConstantKind;
use super::operators::{self, Mistake, Operator};
use super::probe::Resolved;
use super::program::{FileRole, Program};

/// A use of a constant that the schema has to deal with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) constant: usize,
    pub(super) file: usize,
    /// Where the last name of its path starts.
    pub(super) at: usize,
    pub(super) role: Role,
}

/// What a use is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It brings the name into a module.
    Import,
    /// It is evaluated when the program runs.
    Run,
    /// It stands in a `const fn`, whose keyword starts here.
    ConstFn(usize),
    /// It is part of this other constant's initialiser.
    Feeds(usize),
    /// It needs the value when the program is compiled, in such a place.
    Frozen(&'static str),
}

/// A mistake under its number.
#[derive(Debug, Clone)]
pub(super) struct PlannedMutant {
    /// From 1.
    pub(super) id: u32,
    pub(super) constant: usize,
    pub(super) mistake: Mistake,
}

/// A number that can be given any value at run time, under a number of its own.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) id: u32,
    pub(super) constant: usize,
    /// Index into the constant's sites.
    pub(super) site: usize,
}

/// Everything that is known before the first build of all mutants.
pub(super) struct Plan {
    pub(super) mutants: Vec<PlannedMutant>,
    pub(super) slots: Vec<Slot>,
    pub(super) uses: Vec<Use>,
    /// For each constant, those whose initialiser names it.
    pub(super) feeds: Vec<BTreeSet<usize>>,
    /// For each implemented constant, the trait's that it implements.
    pub(super) implements: BTreeMap<usize, usize>,
    /// Constants whose mutants need a build each, and why.
    pub(super) frozen: BTreeMap<usize, String>,
    /// Constants that are left alone, and why.
    pub(super) skipped: BTreeMap<usize, String>,
}

/// A table with more numbers than this is given no run-time values.
const SLOTS_MAX: usize = 16;

impl Plan {
    pub(super) fn new(
        program: &Program,
        resolved: &Resolved,
        chosen: &[&Operator],
        low_value: bool,
    ) -> Self {
        let mut plan = Self {
            mutants: Vec::new(),
            slots: Vec::new(),
            uses: uses::uses(program, resolved),
            feeds: vec![BTreeSet::new(); program.constants.len()],
            implements: uses::implementations(program, resolved),
            frozen: BTreeMap::new(),
            skipped: BTreeMap::new(),
        };
        for one in &plan.uses {
            if let Role::Feeds(into) = one.role {
                plan.feeds[one.constant].insert(into);
            }
        }
        plan.freeze_by_item(program, resolved);
        plan.freeze_by_use(program);
        plan.freeze_unknown_implementations(program, resolved);
        plan.skip_unsafe(program);
        plan.number(program, resolved, chosen, low_value);
        plan
    }

    /// The given constants and all from which they are built; a trait's belong together.
    pub(super) fn with_sources(
        &self,
        constants: impl IntoIterator<Item = usize>,
    ) -> BTreeSet<usize> {
        let mut closed: BTreeSet<usize> = constants.into_iter().collect();
        loop {
            let before = closed.len();
            closed = self.sources_of(&closed);
            for (implementation, declared) in &self.implements {
                if closed.contains(implementation) || closed.contains(declared) {
                    closed.extend([*implementation, *declared]);
                }
            }
            if closed.len() == before {
                return closed;
            }
        }
    }

    /// The given constants and all from which they are built.
    pub(super) fn sources_of(&self, constants: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut closed = constants.clone();
        loop {
            let before = closed.len();
            for (constant, into) in self.feeds.iter().enumerate() {
                if !into.is_disjoint(&closed) {
                    closed.insert(constant);
                }
            }
            if closed.len() == before {
                return closed;
            }
        }
    }

    fn number(
        &mut self,
        program: &Program,
        resolved: &Resolved,
        chosen: &[&Operator],
        low_value: bool,
    ) {
        let mutated: Vec<usize> = (0..program.constants.len())
            .filter(|number| self.is_mutated(program, resolved, *number, low_value))
            .collect();
        for &constant in &mutated {
            let known = &program.constants[constant];
            let source = &program.files[known.file].source;
            for mistake in operators::mistakes(source, &known.item, chosen) {
                let id = next_id(self.mutants.len());
                self.mutants.push(PlannedMutant {
                    id,
                    constant,
                    mistake,
                });
            }
        }
        let first = self.mutants.len();
        for &constant in &mutated {
            let item = &program.constants[constant].item;
            let plain = !matches!(
                item.kind,
                ConstantKind::TraitDefault | ConstantKind::TraitImpl
            );
            let sites = item
                .sites
                .iter()
                .enumerate()
                .filter(|(_, site)| site.kind == SiteKind::Number);
            if plain && self.feeds[constant].is_empty() && sites.clone().count() <= SLOTS_MAX {
                // A `static` that keeps a given value may not speak of the type round it.
                let associated = item.kind == ConstantKind::Associated;
                let sites = sites
                    .filter(|(_, site)| !associated || item.value.as_ref() == Some(&site.unit));
                for (site, _) in sites {
                    let id = next_id(first + self.slots.len());
                    self.slots.push(Slot { id, constant, site });
                }
            }
        }
    }

    fn is_mutated(
        &self,
        program: &Program,
        resolved: &Resolved,
        number: usize,
        low_value: bool,
    ) -> bool {
        let known = &program.constants[number];
        let role = program.files[known.file].layout.role;
        let of_trait = matches!(
            known.item.kind,
            ConstantKind::TraitDefault | ConstantKind::TraitImpl
        );
        known.item.name != "_"
            && role == FileRole::Product
            && !known.item.in_tests
            && !self.skipped.contains_key(&number)
            && (of_trait || resolved.compiled.contains(&number))
            && (low_value || known.low_value.is_none())
    }
}

fn next_id(count: usize) -> u32 {
    u32::try_from(count).map_or(u32::MAX, |count| count.saturating_add(1))
}
