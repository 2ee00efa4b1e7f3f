//! The walk over a file's syntax tree.

use std::ops::Range;

use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Type};

use super::{Constant, Facts, Import, Place, TestFn, site, types};
use crate::mutate::matrix::ConstantKind;
use crate::mutate::program::Child;
use crate::mutate::source::Source;

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

/// What the four sorts of constant items have in common.
struct Item<'a> {
    attributes: &'a [Attribute],
    visibility: Option<&'a syn::Visibility>,
    ident: &'a syn::Ident,
    ty: &'a Type,
    value: Option<&'a Expr>,
    /// From the keyword to the semicolon.
    range: Range<usize>,
    kind: ConstantKind,
    mutable: bool,
}

impl<'a> Walk<'a> {
    fn place(&mut self, node: &impl syn::spanned::Spanned, place: Place) {
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
        attributes: &[Attribute],
        signature: &'a syn::Signature,
        range: Range<usize>,
        block: Option<&'a syn::Block>,
    ) {
        let name = signature.ident.to_string();
        let is_test = attributes.iter().any(|attribute| {
            let last = attribute.path().segments.last();
            last.is_some_and(|last| last.ident == "test")
        });
        if is_test {
            let mut path = self.scope.clone();
            path.push(name.clone());
            let name_at = self.source.range(&signature.ident).start;
            self.facts.tests.push(TestFn {
                path,
                name_at,
                range,
            });
        }
        if let Some(block) = block {
            let place = match &signature.constness {
                Some(keyword) => {
                    let at = self.source.range(keyword).start;
                    self.facts.const_fns.push((at, name.clone()));
                    Place::ConstFn(at)
                }
                None => Place::Body,
            };
            self.place(block, place);
            if matches!(signature.safety, syn::Safety::Unsafe(_)) {
                self.facts.unsafe_code.push(self.source.range(block));
            }
        }
        let tests = self.in_tests;
        self.in_tests |= is_test;
        self.within(name, attributes, |walk| {
            walk.owned_by(Owner::Nothing, |walk| {
                walk.visit_signature(signature);
                if let Some(block) = block {
                    walk.visit_block(block);
                }
            });
        });
        self.in_tests = tests;
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
        item.attributes
            .iter()
            .for_each(|attribute| self.visit_attribute(attribute));
    }

    fn describe(&self, item: &Item<'_>) -> Constant {
        let visibility = item
            .visibility
            .map(|visibility| self.source.range(visibility));
        let start = visibility.as_ref().filter(|range| !range.is_empty());
        let start = start.map_or(item.range.start, |range| range.start);
        let return_type = types::return_type(self.source, item.ty);
        let cfg = item
            .attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"));
        let cfg = cfg.filter_map(|attribute| {
            let text = self.source.slice(&self.source.range(attribute));
            crate::mutate::source::on_one_line(text)
        });
        let deprecated = item
            .attributes
            .iter()
            .find(|attribute| attribute.path().is_ident("deprecated"));
        Constant {
            kind: item.kind,
            name: item.ident.to_string(),
            scope: self.scope.clone(),
            item: start..item.range.end,
            visibility: visibility
                .map_or_else(String::new, |range| self.source.slice(&range).to_owned()),
            cfg: cfg.collect::<Vec<_>>().join(" "),
            deprecated: deprecated.map(|attribute| self.source.range(attribute)),
            ty: self.source.range(item.ty),
            frozen: frozen_item(item)
                .or(return_type.is_none().then_some("its type is no plain type")),
            return_type: return_type.unwrap_or_default(),
            value: item.value.map(|value| self.source.range(value)),
            sites: item
                .value
                .map_or_else(Vec::new, |value| site::sites(self.source, value)),
            in_tests: self.in_tests || is_for_tests(self.source, item.attributes),
            skip: item
                .mutable
                .then_some("static mut")
                .or_else(|| made_by_unsafe(item)),
            implemented_trait: match &self.owner {
                Owner::Implementation(at) if item.kind == ConstantKind::TraitImpl => Some(*at),
                _ => None,
            },
            declaring_trait: match &self.owner {
                Owner::Declaration(at) if item.kind == ConstantKind::TraitDefault => Some(*at),
                _ => None,
            },
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

    fn item_range(&self, keyword: Range<usize>, semicolon: &syn::Token![;]) -> Range<usize> {
        keyword.start..self.source.range(semicolon).end
    }

    fn import(&mut self, name: &syn::Ident, leaf: Range<usize>) {
        let name_at = self.source.range(name).start;
        self.facts.imports.push(Import { name_at, leaf });
    }
}

fn frozen_item(item: &Item<'_>) -> Option<&'static str> {
    const LINKED: [&str; 5] = [
        "no_mangle",
        "export_name",
        "link_section",
        "used",
        "thread_local",
    ];
    let linked = item.attributes.iter().any(|attribute| {
        let path = attribute.path();
        LINKED.iter().any(|name| path.is_ident(name)) || path.is_ident("unsafe")
    });
    linked.then_some("the linker knows it by name")
}

/// A wrong number in unsafe code is not a failed test but a broken machine.
fn made_by_unsafe(item: &Item<'_>) -> Option<&'static str> {
    struct Unsafe(bool);
    impl Visit<'_> for Unsafe {
        fn visit_expr_unsafe(&mut self, _: &syn::ExprUnsafe) {
            self.0 = true;
        }
    }
    let mut unsafe_code = Unsafe(false);
    unsafe_code.visit_expr(item.value?);
    unsafe_code.0.then_some("its value is made by unsafe code")
}

/// The file of `#[path = "..."] mod x;`.
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
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
fn is_for_tests(source: &Source, attributes: &[Attribute]) -> bool {
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

fn words(tokens: proc_macro2::TokenStream, into: &mut std::collections::BTreeSet<String>) {
    for tree in tokens {
        match tree {
            proc_macro2::TokenTree::Group(group) => words(group.stream(), into),
            proc_macro2::TokenTree::Ident(word) => {
                into.insert(word.to_string());
            }
            proc_macro2::TokenTree::Literal(literal) => {
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
            proc_macro2::TokenTree::Punct(_) => {}
        }
    }
}

impl<'ast> Visit<'ast> for Walk<'ast> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let name = module.ident.to_string();
        if module.content.is_none() {
            self.facts.children.push(Child {
                scope: self.scope.clone(),
                path: path_attribute(&module.attrs),
                in_tests: self.in_tests || is_for_tests(self.source, &module.attrs),
                name,
            });
            return;
        }
        self.within(name, &module.attrs, |walk| {
            visit::visit_item_mod(walk, module);
        });
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        item.attrs
            .iter()
            .for_each(|attribute| self.visit_attribute(attribute));
        let range = self.source.range(item);
        self.function(&item.attrs, &item.sig, range, Some(&item.block));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        item.attrs
            .iter()
            .for_each(|attribute| self.visit_attribute(attribute));
        let range = self.source.range(item);
        self.function(&item.attrs, &item.sig, range, Some(&item.block));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        item.attrs
            .iter()
            .for_each(|attribute| self.visit_attribute(attribute));
        let range = self.source.range(item);
        self.function(&item.attrs, &item.sig, range, item.default.as_ref());
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let ty = self
            .source
            .slice(&self.source.range(&item.self_ty))
            .to_owned();
        let owner = match &item.trait_ {
            None => Owner::Inherent,
            Some((path, _)) => {
                let last = path
                    .segments
                    .last()
                    .map(|last| self.source.range(&last.ident).start);
                Owner::Implementation(last.unwrap_or_default())
            }
        };
        self.within(ty, &item.attrs, |walk| {
            walk.owned_by(owner, |walk| visit::visit_item_impl(walk, item));
        });
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        let visibility = self.source.range(&item.vis);
        let keyword = self.source.range(&item.trait_token).start;
        let keyword = item
            .unsafety
            .as_ref()
            .map_or(keyword, |token| self.source.range(token).start);
        let start = if visibility.is_empty() {
            keyword
        } else {
            visibility.start
        };
        self.within(item.ident.to_string(), &item.attrs, |walk| {
            walk.owned_by(Owner::Declaration(start), |walk| {
                visit::visit_item_trait(walk, item);
            });
        });
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        let keyword = self.source.range(&item.const_token);
        self.constant(&Item {
            attributes: &item.attrs,
            visibility: Some(&item.vis),
            ident: &item.ident,
            ty: &item.ty,
            value: Some(&item.expr),
            range: self.item_range(keyword, &item.semi_token),
            kind: ConstantKind::Const,
            mutable: false,
        });
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        let keyword = self.source.range(&item.static_token);
        self.constant(&Item {
            attributes: &item.attrs,
            visibility: Some(&item.vis),
            ident: &item.ident,
            ty: &item.ty,
            value: Some(&item.expr),
            range: self.item_range(keyword, &item.semi_token),
            kind: ConstantKind::Static,
            mutable: matches!(item.mutability, syn::StaticMutability::Mut(_)),
        });
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        let keyword = self.source.range(&item.const_token);
        let inherent = matches!(self.owner, Owner::Inherent);
        self.constant(&Item {
            attributes: &item.attrs,
            visibility: Some(&item.vis),
            ident: &item.ident,
            ty: &item.ty,
            value: Some(&item.expr),
            range: self.item_range(keyword, &item.semi_token),
            kind: if inherent {
                ConstantKind::Associated
            } else {
                ConstantKind::TraitImpl
            },
            mutable: false,
        });
    }

    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        let keyword = self.source.range(&item.const_token);
        self.constant(&Item {
            attributes: &item.attrs,
            visibility: None,
            ident: &item.ident,
            ty: &item.ty,
            value: item.default.as_ref().map(|(_, value)| value),
            range: self.item_range(keyword, &item.semi_token),
            kind: ConstantKind::TraitDefault,
            mutable: false,
        });
    }

    fn visit_pat(&mut self, pattern: &'ast syn::Pat) {
        if let syn::Pat::Guard(guarded) = pattern {
            return visit::visit_pat_guard(self, guarded);
        }
        self.place(pattern, Place::Frozen("a pattern"));
    }

    fn visit_type(&mut self, ty: &'ast Type) {
        self.place(ty, Place::Frozen("a type"));
    }

    fn visit_angle_bracketed_generic_arguments(
        &mut self,
        arguments: &'ast syn::AngleBracketedGenericArguments,
    ) {
        self.place(arguments, Place::Frozen("a generic argument"));
    }

    fn visit_generics(&mut self, generics: &'ast syn::Generics) {
        self.place(generics, Place::Frozen("a generic parameter"));
    }

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
        self.place(&repeat.len, Place::Frozen("an array's length"));
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        if let Some((_, value)) = &variant.discriminant {
            self.place(value, Place::Frozen("a discriminant"));
        }
        visit::visit_variant(self, variant);
    }

    fn visit_expr_const(&mut self, block: &'ast syn::ExprConst) {
        self.place(block, Place::Frozen("a const block"));
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        self.facts.unsafe_code.push(self.source.range(block));
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if !attribute.path().is_ident("doc") {
            self.place(attribute, Place::Frozen("an attribute"));
            match &attribute.meta {
                syn::Meta::List(list) => {
                    words(list.tokens.clone(), &mut self.facts.attribute_words);
                }
                syn::Meta::NameValue(pair) => {
                    let text = self.source.slice(&self.source.range(&pair.value));
                    words(
                        text.parse().unwrap_or_default(),
                        &mut self.facts.attribute_words,
                    );
                }
                syn::Meta::Path(_) => {}
            }
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.facts.macros.push(self.source.range(call));
        self.modules_in(call.tokens.clone());
    }

    fn visit_use_name(&mut self, name: &'ast syn::UseName) {
        self.import(&name.ident, self.source.range(&name.ident));
    }

    fn visit_use_rename(&mut self, rename: &'ast syn::UseRename) {
        self.import(&rename.ident, self.source.range(rename));
    }
}
