//! What each use of a constant is for, and which constant of a trait each implementation stands for.

use std::collections::BTreeMap;

use super::{Role, Use};
use crate::mutate::find::Place;
use crate::mutate::probe::Resolved;
use crate::mutate::program::Program;
use crate::mutate::source::TokenKind;

pub(super) fn uses(program: &Program, resolved: &Resolved) -> Vec<Use> {
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
pub(super) fn trait_constants(program: &Program, number: usize) -> Vec<usize> {
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
pub(super) fn implementations(program: &Program, resolved: &Resolved) -> BTreeMap<usize, usize> {
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
