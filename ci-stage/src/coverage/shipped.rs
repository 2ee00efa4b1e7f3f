//! The lines that are shipped: without the tests that stand in the same files.

use std::fs;

use syn::spanned::Spanned;
use syn::visit::{Visit, visit_item_mod};
use syn::{Attribute, ItemFn, ItemMod, Meta};

use super::Share;
use super::lcov::{records, tallied};

/// The share of lines outside of items that carry `#[cfg(test)]` or `#[test]`.
pub(super) fn lines(lcov: &str) -> Share {
    let mut share = Share::default();
    for record in records(lcov) {
        let text = fs::read_to_string(record.path).unwrap_or_default();
        let tests = tests_in(&text);
        for (line, ran) in tallied(record.text) {
            if !tests.iter().any(|(from, to)| (*from..=*to).contains(&line)) {
                share.add(ran);
            }
        }
    }
    share
}

/// Stretches of lines that hold tests.
fn tests_in(text: &str) -> Vec<(u32, u32)> {
    // Parsing is what costs time, and most files hold no tests.
    if !text.contains("#[test]") && !text.contains("cfg(test)") {
        return Vec::new();
    }
    let mut tests = Tests(Vec::new());
    if let Ok(file) = syn::parse_file(text) {
        tests.visit_file(&file);
    }
    tests.0
}

struct Tests(Vec<(u32, u32)>);

impl Tests {
    fn add(&mut self, item: &impl Spanned) {
        let span = item.span();
        let line = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        self.0
            .push((line(span.start().line), line(span.end().line)));
    }
}

impl<'ast> Visit<'ast> for Tests {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        if is_test(&module.attrs) {
            self.add(module);
        } else {
            visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        if is_test(&function.attrs) {
            self.add(function);
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        Meta::NameValue(_) => false,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn modules_and_functions_of_tests_are_found() {
        let text = "fn a() {}\n#[cfg(test)]\nmod t {\n    fn b() {}\n}\n#[test]\nfn c() {\n}\n";
        assert_eq!(super::tests_in(text), [(2, 5), (6, 8)]);
    }
}
