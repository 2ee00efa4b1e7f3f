//! The order of tests in the source: readers look for them there, not in the alphabet.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr, Item, ItemMod, Lit, Meta};

/// Sorts test names by where their functions stand in a target's source.
///
/// A name below a function (`adds_tax::case_1`) goes where the function is. What is not found,
/// because a macro made it, follows in alphabetical order.
pub(super) fn in_source_order(mut names: Vec<String>, root: &Path) -> Vec<String> {
    let mut walk = Walk::default();
    let folder = root.parent().unwrap_or(root).to_path_buf();
    walk.file(root, &folder, "");
    names.sort();
    names.sort_by_key(|name| walk.position(name));
    names
}

/// Where each function of a target stands: its path and its number.
#[derive(Default)]
struct Walk(BTreeMap<String, usize>);

impl Walk {
    fn position(&self, name: &str) -> usize {
        let mut path = name;
        loop {
            if let Some(position) = self.0.get(path) {
                return *position;
            }
            match path.rsplit_once("::") {
                Some((parent, _)) => path = parent,
                None => return usize::MAX,
            }
        }
    }

    fn add(&mut self, module: &str, function: &str) {
        let next = self.0.len();
        self.0.entry(inside(module, function)).or_insert(next);
    }

    /// `folder` is where the modules of this file are looked for. A file that cannot be read or
    /// parsed has no order to offer; the compiler has already accepted the real one.
    fn file(&mut self, file: &Path, folder: &Path, module: &str) {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let items = syn::parse_file(&text).map_or_else(|_| Vec::new(), |parsed| parsed.items);
        self.items(&items, folder, file.parent().unwrap_or(folder), module);
    }

    fn items(&mut self, items: &[Item], folder: &Path, beside: &Path, module: &str) {
        for item in items {
            match item {
                Item::Fn(function) => self.add(module, &function.sig.ident.to_string()),
                Item::Macro(invocation) => self.tokens(invocation.mac.tokens.clone(), module),
                Item::Mod(inner) => self.module(inner, folder, beside, module),
                _ => {}
            }
        }
    }

    /// Macros such as `proptest!` hold functions as they stand.
    fn tokens(&mut self, tokens: TokenStream, module: &str) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            if let (TokenTree::Ident(word), Some(TokenTree::Ident(name))) = (token, tokens.peek())
                && word == "fn"
            {
                self.add(module, &name.to_string());
            }
        }
    }

    fn module(&mut self, inner: &ItemMod, folder: &Path, beside: &Path, module: &str) {
        let name = inner.ident.to_string();
        let name = name.trim_start_matches("r#");
        let path = inside(module, name);
        let below = folder.join(name);
        if let Some((_, items)) = &inner.content {
            return self.items(items, &below, &below, &path);
        }
        if let Some(named) = path_attribute(&inner.attrs) {
            let file = beside.join(named);
            let folder = file.parent().unwrap_or(beside).to_path_buf();
            return self.file(&file, &folder, &path);
        }
        let flat = folder.join(format!("{name}.rs"));
        if flat.is_file() {
            self.file(&flat, &below, &path);
        } else {
            self.file(&below.join("mod.rs"), &below, &path);
        }
    }
}

fn inside(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}::{name}")
    }
}

/// The file of `#[path = "..."] mod x;`.
fn path_attribute(attributes: &[Attribute]) -> Option<PathBuf> {
    attributes
        .iter()
        .find_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(PathBuf::from(text.value())),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
}

#[cfg(test)]
mod tests;
