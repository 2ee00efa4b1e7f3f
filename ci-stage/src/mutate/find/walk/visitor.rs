//! What each sort of node of the syntax tree means for the constants in it.

use syn::visit::{self, Visit};
use syn::{Attribute, Type};

use super::attributes::{is_for_tests, path_attribute, words};
use super::constant::Item;
use super::{Owner, Walk};
use crate::mutate::find::Place;
use crate::mutate::matrix::ConstantKind;
use crate::mutate::program::Child;

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
        self.function(item, &item.attrs, &item.sig, Some(&item.block));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(item, &item.attrs, &item.sig, Some(&item.block));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.function(item, &item.attrs, &item.sig, item.default.as_ref());
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
        let keyword = item.unsafety.as_ref().map_or_else(
            || self.source.range(&item.trait_token),
            |token| self.source.range(token),
        );
        let visibility = self.source.range(&item.vis);
        let start = if visibility.is_empty() {
            keyword.start
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
        self.constant(&Item::of_const(self.source, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(&Item::of_static(self.source, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        let kind = match self.owner {
            Owner::Inherent => ConstantKind::Associated,
            _ => ConstantKind::TraitImpl,
        };
        self.constant(&Item::of_implementation(self.source, item, kind));
    }

    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        self.constant(&Item::of_trait(self.source, item));
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
