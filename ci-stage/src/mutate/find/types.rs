//! The type of a constant as a function may return it.

use std::ops::Range;

use syn::visit::{self, Visit};

use crate::mutate::source::{Source, on_one_line};

/// A constant's type says `&str` where a function has to say `&'static str`.
pub(super) fn return_type(source: &Source, ty: &syn::Type) -> Option<String> {
    let mut elided = Elided {
        source,
        inserts: Vec::new(),
    };
    elided.visit_type(ty);
    let range = source.range(ty);
    let mut text = String::new();
    let mut from = range.start;
    for (place, insert) in elided.inserts {
        text.push_str(source.slice(&(from..place.start)));
        text.push_str(insert);
        from = place.end;
    }
    text.push_str(source.slice(&(from..range.end)));
    on_one_line(&text)
}

struct Elided<'a> {
    source: &'a Source,
    inserts: Vec<(Range<usize>, &'static str)>,
}

impl<'ast> Visit<'ast> for Elided<'_> {
    fn visit_type_reference(&mut self, reference: &'ast syn::TypeReference) {
        if reference.lifetime.is_none() {
            let after = self.source.range(&reference.and_token).end;
            self.inserts.push((after..after, "'static "));
        }
        visit::visit_type_reference(self, reference);
    }

    fn visit_lifetime(&mut self, lifetime: &'ast syn::Lifetime) {
        if lifetime.ident == "_" {
            self.inserts.push((self.source.range(lifetime), "'static"));
        }
    }

    // The lifetimes of a function's parameters are its callers' choice.
    fn visit_type_fn_ptr(&mut self, _: &'ast syn::TypeFnPtr) {}

    fn visit_parenthesized_generic_arguments(
        &mut self,
        _: &'ast syn::ParenthesizedGenericArguments,
    ) {
    }
}
