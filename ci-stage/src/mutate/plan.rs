//! What the uses of a constant allow: which mutants one build can hold, and which it cannot.

use std::collections::{BTreeMap, BTreeSet};

use super::find::{Place, SiteKind};
use super::matrix::ConstantKind;
use super::operators::{self, Mistake, Operator};
use super::probe::{Resolved, works_at_build_time};
use super::program::{FileRole, Program};
use super::source::TokenKind;

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
            uses: uses(program, resolved),
            feeds: vec![BTreeSet::new(); program.constants.len()],
            implements: implementations(program, resolved),
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

    fn freeze(&mut self, constant: usize, reason: &str) {
        self.frozen
            .entry(constant)
            .or_insert_with(|| reason.to_owned());
    }

    fn freeze_by_item(&mut self, program: &Program, resolved: &Resolved) {
        let words: BTreeSet<&String> = program
            .files
            .iter()
            .flat_map(|file| &file.facts.attribute_words)
            .collect();
        for (number, known) in program.constants.iter().enumerate() {
            let item = &known.item;
            let inside_another = program.constants_in(known.file).any(|other| {
                let value = program.constants[other].item.value.as_ref();
                value.is_some_and(|value| {
                    value.start <= item.item.start && item.item.end <= value.end
                })
            });
            let reasons = [
                item.frozen,
                inside_another.then_some("it stands inside another constant's initialiser"),
                works_at_build_time(program, number)
                    .then_some("it works while the program is built"),
                resolved
                    .build_time
                    .contains(&number)
                    .then_some("code that runs at build time uses it"),
                resolved
                    .elsewhere
                    .contains(&number)
                    .then_some("it is used in a file outside of the workspace"),
                words
                    .contains(&item.name)
                    .then_some("an attribute names it"),
            ];
            if let Some(reason) = reasons.into_iter().flatten().next() {
                self.freeze(number, reason);
            }
            if let Some(reason) = item.skip {
                self.skipped.insert(number, reason.to_owned());
            }
        }
    }

    fn freeze_by_use(&mut self, program: &Program) {
        let mut by_place: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut frozen = Vec::new();
        for one in &self.uses {
            if let Role::Frozen(place) = one.role {
                frozen.push((one.constant, format!("it is used in {place}")));
            }
            let of_trait = program.constants[one.constant].item.kind == ConstantKind::TraitDefault;
            if of_trait && matches!(one.role, Role::Feeds(_)) {
                frozen.push((
                    one.constant,
                    "another constant is built from it, for each type anew".to_owned(),
                ));
            }
            if let Some(other) = by_place.insert((one.file, one.at), one.constant) {
                let reason = "one name means different constants in different builds";
                frozen.extend([other, one.constant].map(|constant| (constant, reason.to_owned())));
            }
        }
        for (constant, reason) in frozen {
            self.freeze(constant, &reason);
        }
    }

    /// The compiler does not tell which constant of a foreign trait is meant; and a default counts
    /// wherever an `impl` that only a macro knows leaves it alone.
    fn freeze_unknown_implementations(&mut self, program: &Program, resolved: &Resolved) {
        for (number, known) in program.constants.iter().enumerate() {
            if known.item.kind == ConstantKind::TraitImpl && !self.implements.contains_key(&number)
            {
                self.freeze(number, "it belongs to a trait of another crate");
            }
        }
        let in_macros: BTreeSet<usize> = resolved
            .trait_uses
            .iter()
            .filter(|(_, file, byte)| program.files[*file].facts.is_in_macro(*byte))
            .map(|(number, ..)| *number)
            .collect();
        for number in in_macros {
            for constant in trait_constants(program, number) {
                self.freeze(constant, "a macro implements its trait");
            }
        }
    }

    /// A wrong number in unsafe code is not a failed test but a broken machine.
    fn skip_unsafe(&mut self, program: &Program) {
        let unsafe_uses: BTreeSet<usize> = self
            .uses
            .iter()
            .filter(|one| program.files[one.file].facts.is_unsafe(one.at))
            .map(|one| one.constant)
            .collect();
        for constant in self.with_sources(unsafe_uses) {
            self.skipped
                .entry(constant)
                .or_insert_with(|| "used in unsafe code".to_owned());
        }
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

fn uses(program: &Program, resolved: &Resolved) -> Vec<Use> {
    let uses = resolved.uses.iter();
    uses.map(|&(constant, file, at)| Use {
        constant,
        file,
        at,
        role: role(program, file, at),
    })
    .collect()
}

fn role(program: &Program, file: usize, at: usize) -> Role {
    let parsed = &program.files[file];
    let token = parsed.source.token_at(at);
    if token.is_none_or(|token| parsed.source.tokens[token].kind != TokenKind::Ident) {
        return Role::Frozen("a text or in what a macro made of it");
    }
    if parsed.facts.import_at(at).is_some() {
        return Role::Import;
    }
    let in_initialiser = |place: &Place| matches!(place, Place::Initialiser(_));
    match parsed.facts.place(at) {
        Place::Frozen(place) => Role::Frozen(place),
        Place::Initialiser(local) => Role::Feeds(parsed.first + local),
        _ if parsed.facts.is_within(at, in_initialiser) => {
            Role::Frozen("a function inside an initialiser")
        }
        Place::ConstFn(keyword) => Role::ConstFn(keyword),
        Place::Body => Role::Run,
    }
}

/// The constants of the trait that goes by this number.
fn trait_constants(program: &Program, number: usize) -> Vec<usize> {
    let known = &program.constants[number];
    let of_same_trait = |other: &usize| {
        program.constants[*other].item.declaring_trait == known.item.declaring_trait
    };
    program
        .constants_in(known.file)
        .filter(of_same_trait)
        .collect()
}

/// Which constant of which trait each implemented one stands for.
fn implementations(program: &Program, resolved: &Resolved) -> BTreeMap<usize, usize> {
    let traits: BTreeMap<(usize, usize), usize> = resolved
        .trait_uses
        .iter()
        .map(|&(number, file, at)| ((file, at), number))
        .collect();
    let mut implements = BTreeMap::new();
    for (number, known) in program.constants.iter().enumerate() {
        let header = known.item.implemented_trait;
        let of_trait = header.and_then(|at| traits.get(&(known.file, at)));
        let declared = of_trait.and_then(|of_trait| {
            let mut declared = trait_constants(program, *of_trait).into_iter();
            declared.find(|declared| program.constants[*declared].item.name == known.item.name)
        });
        implements.extend(declared.map(|declared| (number, declared)));
    }
    implements
}
