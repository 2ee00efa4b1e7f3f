//! The walk over a file's syntax tree: what is noted on the way, in which modules and types.

mod attributes;
mod constant;
mod visitor;

use std::ops::Range;

use syn::Attribute;
use syn::spanned::Spanned;
use syn::visit::Visit;

use super::{Facts, Import, Place, TestFn};
use crate::mutate::program::Child;
use crate::mutate::source::Source;
use attributes::is_for_tests;
use constant::Item;

pub(super) fn facts(source: &Source, in_tests: bool) -> Facts {
    let mut walk = Walk {
        source,
        scope: Vec::new(),
        owner: Owner::Nothing,
        in_tests,
        facts: Facts::default(),
    };
    walk.visit_file(&source.tree);
    walk.facts
}

/// Which item holds an associated constant.
#[derive(Clone)]
enum Owner {
    Nothing,
    Inherent,
    Implementation(usize),
    Declaration(usize),
}

struct Walk<'a> {
    source: &'a Source,
    scope: Vec<String>,
    owner: Owner,
    in_tests: bool,
    facts: Facts,
}

impl<'a> Walk<'a> {
    fn place(&mut self, node: &impl Spanned, place: Place) {
        self.facts.places.push((self.source.range(node), place));
    }

    fn within(&mut self, name: String, attributes: &[Attribute], inner: impl FnOnce(&mut Self)) {
        let tests = self.in_tests;
        self.in_tests |= is_for_tests(self.source, attributes);
        self.scope.push(name);
        inner(self);
        self.scope.pop();
        self.in_tests = tests;
    }

    fn owned_by(&mut self, owner: Owner, inner: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.owner, owner);
        inner(self);
        self.owner = outer;
    }

    fn function(
        &mut self,
        item: &impl Spanned,
        attributes: &'a [Attribute],
        signature: &'a syn::Signature,
        block: Option<&'a syn::Block>,
    ) {
        self.attributes(attributes);
        let is_test = attributes.iter().any(|attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|last| last.ident == "test")
        });
        if is_test {
            self.test(&signature.ident, self.source.range(item));
        }
        if let Some(block) = block {
            self.body(signature, block);
        }
        let tests = self.in_tests;
        self.in_tests |= is_test;
        self.within(signature.ident.to_string(), attributes, |walk| {
            walk.owned_by(Owner::Nothing, |walk| {
                walk.visit_signature(signature);
                if let Some(block) = block {
                    walk.visit_block(block);
                }
            });
        });
        self.in_tests = tests;
    }

    fn test(&mut self, name: &syn::Ident, range: Range<usize>) {
        let mut path = self.scope.clone();
        path.push(name.to_string());
        let name_at = self.source.range(name).start;
        self.facts.tests.push(TestFn {
            path,
            name_at,
            range,
        });
    }

    fn body(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let place = match &signature.constness {
            Some(keyword) => {
                let at = self.source.range(keyword).start;
                let name = signature.ident.to_string();
                self.facts.const_fns.push((at, name));
                Place::ConstFn(at)
            }
            None => Place::Body,
        };
        self.place(block, place);
        if matches!(signature.safety, syn::Safety::Unsafe(_)) {
            self.facts.unsafe_code.push(self.source.range(block));
        }
    }

    fn constant(&mut self, item: &Item<'a>) {
        let index = self.facts.constants.len();
        let constant = self.describe(item);
        self.facts.constants.push(constant);
        if let Some(value) = item.value {
            self.place(value, Place::Initialiser(index));
            self.visit_expr(value);
        }
        self.visit_type(item.ty);
        self.attributes(item.attributes);
    }

    fn attributes(&mut self, attributes: &'a [Attribute]) {
        for attribute in attributes {
            self.visit_attribute(attribute);
        }
    }

    /// Macros such as `cfg_if!` hold `mod` items as they stand.
    fn modules_in(&mut self, tokens: proc_macro2::TokenStream) {
        use proc_macro2::TokenTree::{Group, Ident, Punct};
        let trees: Vec<_> = tokens.into_iter().collect();
        for (place, tree) in trees.iter().enumerate() {
            match (tree, trees.get(place + 1), trees.get(place + 2)) {
                (Ident(keyword), Some(Ident(name)), Some(Punct(end)))
                    if keyword == "mod" && end.as_char() == ';' =>
                {
                    self.facts.children.push(Child {
                        scope: self.scope.clone(),
                        name: name.to_string(),
                        path: None,
                        in_tests: self.in_tests,
                    });
                }
                (Group(group), ..) => self.modules_in(group.stream()),
                _ => {}
            }
        }
    }

    fn import(&mut self, name: &syn::Ident, leaf: Range<usize>) {
        let name_at = self.source.range(name).start;
        self.facts.imports.push(Import { name_at, leaf });
    }
}
