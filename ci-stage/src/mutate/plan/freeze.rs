//! Constants that one build cannot hold with all their mutants, and those that are left alone.

use std::collections::{BTreeMap, BTreeSet};

use super::uses::trait_constants;
use super::{Plan, Role};
use crate::mutate::matrix::ConstantKind;
use crate::mutate::probe::{Resolved, works_at_build_time};
use crate::mutate::program::Program;

impl Plan {
    fn freeze(&mut self, constant: usize, reason: &str) {
        self.frozen
            .entry(constant)
            .or_insert_with(|| reason.to_owned());
    }

    pub(super) fn freeze_by_item(&mut self, program: &Program, resolved: &Resolved) {
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

    pub(super) fn freeze_by_use(&mut self, program: &Program) {
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
    pub(super) fn freeze_unknown_implementations(
        &mut self,
        program: &Program,
        resolved: &Resolved,
    ) {
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
    pub(super) fn skip_unsafe(&mut self, program: &Program) {
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
}
