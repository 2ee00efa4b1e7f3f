//! Writing all mutants into the source at once: variants beside each constant, an accessor that
//! picks one of them when the program runs, and every use sent through it. No line is added.

mod accessor;
mod names;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::edits::{Edits, Rewritten};
use super::find::Place;
use super::matrix::ConstantKind;
use super::plan::{Plan, PlannedMutant, Role, Slot, Use};
use super::program::Program;
use super::source::on_one_line;

pub(super) use names::restore_names;

/// What a piece of the schema is for, so that a compile error can be traced to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Purpose {
    /// A constant's value under this mutant.
    Variant(u32),
    /// The function that gives a constant's value.
    Accessor(usize),
    /// The function that gives a reference to it.
    RefAccessor(usize),
    /// A value given at run time.
    Slot(u32),
    /// The use with this number in [`Plan::uses`].
    Use(usize),
    /// A `const fn` that is an ordinary function for now: file and keyword.
    ConstFn(usize, usize),
}

/// What the compiler has taught so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Choices {
    /// Constants that the schema cannot hold, and why.
    pub(super) frozen: BTreeMap<usize, String>,
    /// Mutants that do not compile, with the error.
    pub(super) unviable: BTreeMap<u32, String>,
    /// Uses that need a reference to a value that lives forever.
    pub(super) by_reference: BTreeSet<usize>,
    /// Numbers that cannot be given at run time.
    pub(super) without_slot: BTreeSet<u32>,
    /// Functions that have to stay `const`: file and keyword.
    pub(super) stay_const: BTreeSet<(usize, usize)>,
}

/// The schema's sources, by path.
pub(super) struct Schema<'a> {
    pub(super) program: &'a Program,
    pub(super) plan: &'a Plan,
    choices: &'a Choices,
    /// Constants that the schema leaves alone: frozen, or built into a frozen one.
    pub(super) left_alone: BTreeSet<usize>,
    /// For each constant, the mutants that change its value.
    pub(super) carried: BTreeMap<usize, BTreeSet<u32>>,
    slots: BTreeMap<usize, Vec<&'a Slot>>,
    mutants: BTreeMap<u32, &'a PlannedMutant>,
}

impl<'a> Schema<'a> {
    pub(super) fn new(program: &'a Program, plan: &'a Plan, choices: &'a Choices) -> Self {
        let frozen = plan.frozen.keys().chain(choices.frozen.keys()).copied();
        let stuck = plan.uses.iter().filter(|one| is_stuck(one, choices));
        let left_alone = plan.with_sources(frozen.chain(stuck.map(|one| one.constant)));
        let mut schema = Self {
            program,
            plan,
            choices,
            carried: carried(plan, choices, &left_alone),
            slots: BTreeMap::new(),
            mutants: plan
                .mutants
                .iter()
                .map(|mutant| (mutant.id, mutant))
                .collect(),
            left_alone,
        };
        for slot in &plan.slots {
            let usable = !schema.left_alone.contains(&slot.constant)
                && !choices.without_slot.contains(&slot.id);
            if usable {
                schema.slots.entry(slot.constant).or_default().push(slot);
            }
        }
        schema
    }

    /// The numbers that this schema can take at run time.
    pub(super) fn usable_slots(&self) -> BTreeSet<u32> {
        self.slots.values().flatten().map(|slot| slot.id).collect()
    }

    /// Whether a constant's value can change in this schema.
    fn is_switched(&self, constant: usize) -> bool {
        self.carried.contains_key(&constant) || self.slots.contains_key(&constant)
    }

    /// Trait constants get their accessor with the trait, so that every `impl` may override it.
    fn has_accessor(&self, constant: usize) -> bool {
        let declared = self
            .plan
            .implements
            .get(&constant)
            .copied()
            .unwrap_or(constant);
        let of_trait = |other: &usize| {
            *other == declared || self.plan.implements.get(other) == Some(&declared)
        };
        let switched = self.carried.keys().chain(self.slots.keys());
        self.program.constants[constant].item.name != "_"
            && !self.left_alone.contains(&constant)
            && (self.is_switched(constant) || switched.copied().any(|other| of_trait(&other)))
    }

    /// The changed texts, by path.
    pub(super) fn texts(&self) -> BTreeMap<String, Rewritten<Purpose>> {
        let mut edits: BTreeMap<usize, Edits<Purpose>> = BTreeMap::new();
        let mut ordinary = BTreeSet::new();
        for (number, one) in self.plan.uses.iter().enumerate() {
            if self.has_accessor(one.constant) {
                let edits = edits.entry(one.file).or_default();
                self.redirect(number, one, edits);
                if let Role::ConstFn(keyword) = one.role
                    && ordinary.insert((one.file, keyword))
                {
                    edits.replace(
                        keyword..keyword + "const".len(),
                        "     ",
                        Purpose::ConstFn(one.file, keyword),
                    );
                }
            }
        }
        for number in 0..self.program.constants.len() {
            let pieces = self.beside(number);
            if !pieces.is_empty() {
                let known = &self.program.constants[number];
                edits
                    .entry(known.file)
                    .or_default()
                    .insert(known.item.item.end, pieces);
            }
        }
        edits
            .into_iter()
            .map(|(file, edits)| {
                let source = &self.program.files[file].source;
                (source.path.clone(), edits.apply(&source.text))
            })
            .collect()
    }

    /// Whether a use goes through the accessor that gives a reference.
    fn takes_reference(&self, number: usize) -> bool {
        let one = &self.plan.uses[number];
        let item = &self.program.constants[one.constant].item;
        let of_trait = matches!(
            item.kind,
            ConstantKind::TraitDefault | ConstantKind::TraitImpl
        );
        let type_text = self.program.text(one.constant, &item.ty);
        let is_array = type_text.starts_with('[');
        item.kind == ConstantKind::Static
            || self.choices.by_reference.contains(&number)
            || (is_array && !of_trait)
    }

    fn needs(&self, constant: usize, reference: bool) -> bool {
        let uses = self.plan.uses.iter().enumerate();
        let mut at_run_time = uses.filter(|(_, one)| {
            one.constant == constant && matches!(one.role, Role::Run | Role::ConstFn(_))
        });
        at_run_time.any(|(number, _)| self.takes_reference(number) == reference)
    }

    fn redirect(&self, number: usize, one: &Use, edits: &mut Edits<Purpose>) {
        let purpose = Purpose::Use(number);
        let parsed = &self.program.files[one.file];
        let source = &parsed.source;
        let Some(token) = source.token_at(one.at) else {
            return;
        };
        let name = source.tokens[token].range.clone();
        match one.role {
            Role::Import => {
                if let Some(import) = parsed.facts.import_at(one.at) {
                    let leaf = source.slice(&import.leaf);
                    let names = self.imported_names(one.constant);
                    edits.replace(import.leaf.clone(), format!("{{{leaf}, {names}}}"), purpose);
                }
            }
            Role::Run | Role::ConstFn(_) if self.takes_reference(number) => {
                let start = source.tokens[source.path_start(token)].range.start;
                let call = format!("{}())", names::ref_accessor(self.program, one.constant));
                edits.insert(start, vec![("(*".to_owned(), Some(purpose))]);
                edits.replace(name, call, purpose);
            }
            Role::Run | Role::ConstFn(_) => {
                let call = format!("{}()", names::value_accessor(self.program, one.constant));
                edits.replace(name, call, purpose);
            }
            Role::Feeds(_) | Role::Frozen(_) => {}
        }
    }

    /// What an import has to bring along.
    fn imported_names(&self, constant: usize) -> String {
        let mut names = Vec::new();
        if self.needs(constant, false) {
            names.push(names::value_accessor(self.program, constant));
        }
        if self.needs(constant, true) {
            names.push(names::ref_accessor(self.program, constant));
        }
        if !self.plan.feeds[constant].is_empty() {
            let carried = self.carried.get(&constant).into_iter().flatten();
            names.extend(carried.map(|mutant| names::variant(*mutant, constant)));
        }
        names.join(", ")
    }

    /// A constant's initialiser under a mutant, on one line.
    fn initialiser(&self, constant: usize, mutant: u32) -> Option<String> {
        let known = &self.program.constants[constant];
        let source = &self.program.files[known.file].source;
        let value = known.item.value.clone()?;
        let mut edits: Edits<()> = Edits::default();
        if let Some(planned) = self
            .mutants
            .get(&mutant)
            .filter(|planned| planned.constant == constant)
        {
            let edit = &planned.mistake.edit;
            edits.replace(
                shift(&edit.range, value.start),
                edit.replacement.clone(),
                (),
            );
        }
        for one in &self.plan.uses {
            let carries = || {
                self.carried
                    .get(&one.constant)
                    .is_some_and(|carried| carried.contains(&mutant))
            };
            if one.role == Role::Feeds(constant) && carries() {
                let token = source.token_at(one.at)?;
                let name = shift(&source.tokens[token].range, value.start);
                edits.replace(name, names::variant(mutant, one.constant), ());
            }
        }
        on_one_line(&edits.apply(source.slice(&value)).text)
    }
}

fn shift(range: &std::ops::Range<usize>, by: usize) -> std::ops::Range<usize> {
    range.start - by..range.end - by
}

fn is_stuck(one: &Use, choices: &Choices) -> bool {
    matches!(one.role, Role::ConstFn(keyword) if choices.stay_const.contains(&(one.file, keyword)))
}

/// Own mutants, and those of the constants from which a constant is built.
fn carried(
    plan: &Plan,
    choices: &Choices,
    left_alone: &BTreeSet<usize>,
) -> BTreeMap<usize, BTreeSet<u32>> {
    let mut carried: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for mutant in &plan.mutants {
        if !left_alone.contains(&mutant.constant) && !choices.unviable.contains_key(&mutant.id) {
            carried
                .entry(mutant.constant)
                .or_default()
                .insert(mutant.id);
        }
    }
    let mut changed = true;
    while changed {
        changed = false;
        for (constant, into) in plan.feeds.iter().enumerate() {
            let Some(mutants) = carried.get(&constant).cloned() else {
                continue;
            };
            for fed in into {
                let there = carried.entry(*fed).or_default();
                let before = there.len();
                there.extend(&mutants);
                changed |= there.len() != before;
            }
        }
    }
    carried
}

/// The `const fn` round a byte, if it is one.
pub(super) fn const_fn_round(program: &Program, file: usize, byte: usize) -> Option<usize> {
    match program.files[file].facts.place(byte) {
        Place::ConstFn(keyword) => Some(keyword),
        _ => None,
    }
}
