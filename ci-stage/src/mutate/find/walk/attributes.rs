//! What attributes tell: whose file a module has, what is for tests, which names a macro may use.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr};

use crate::mutate::source::Source;

/// The file of `#[path = "..."] mod x;`.
pub(super) fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes
        .iter()
        .find_map(|attribute| match &attribute.meta {
            syn::Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        })
}

/// Whether `#[cfg(test)]` or the like stands on an item.
pub(super) fn is_for_tests(source: &Source, attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let Ok(list) = attribute.meta.require_list() else {
            return false;
        };
        let text = source.slice(&source.range(&list.tokens));
        let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        list.path.is_ident("cfg")
            && words.clone().any(|word| word == "test")
            && words.clone().all(|word| word != "not")
    })
}

/// Adds every word of some tokens, and the last name of a path in a text.
pub(super) fn words(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => words(group.stream(), into),
            TokenTree::Ident(word) => {
                into.insert(word.to_string());
            }
            TokenTree::Literal(literal) => {
                // Some derives read a path from a text: `default = "config::LIMIT"`.
                let text = literal.to_string();
                let path = text
                    .trim_matches('"')
                    .rsplit("::")
                    .next()
                    .unwrap_or_default();
                if path
                    .chars()
                    .all(|letter| letter.is_alphanumeric() || letter == '_')
                {
                    into.insert(path.to_owned());
                }
            }
            TokenTree::Punct(_) => {}
        }
    }
}
