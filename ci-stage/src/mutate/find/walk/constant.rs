//! The four sorts of items that are constants, described alike.

use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Expr, Type};

use super::attributes::is_for_tests;
use super::{Owner, Walk};
use crate::mutate::find::{Constant, site, types};
use crate::mutate::matrix::ConstantKind;
use crate::mutate::source::{Source, on_one_line};

/// What the four sorts of constant items have in common.
pub(super) struct Item<'a> {
    pub(super) attributes: &'a [Attribute],
    pub(super) visibility: Option<&'a syn::Visibility>,
    pub(super) ident: &'a syn::Ident,
    pub(super) ty: &'a Type,
    pub(super) value: Option<&'a Expr>,
    /// From the keyword to the semicolon.
    pub(super) range: Range<usize>,
    pub(super) kind: ConstantKind,
    pub(super) mutable: bool,
}

impl<'a> Item<'a> {
    pub(super) fn of_const(source: &Source, item: &'a syn::ItemConst) -> Self {
        Self {
            attributes: &item.attrs,
            visibility: Some(&item.vis),
            ident: &item.ident,
            ty: &item.ty,
            value: Some(&item.expr),
            range: from_keyword(source, &item.const_token, &item.semi_token),
            kind: ConstantKind::Const,
            mutable: false,
        }
    }

    pub(super) fn of_static(source: &Source, item: &'a syn::ItemStatic) -> Self {
        Self {
            attributes: &item.attrs,
            visibility: Some(&item.vis),
            ident: &item.ident,
            ty: &item.ty,
            value: Some(&item.expr),
            range: from_keyword(source, &item.static_token, &item.semi_token),
            kind: ConstantKind::Static,
            mutable: matches!(item.mutability, syn::StaticMutability::Mut(_)),
        }
    }

    pub(super) fn of_implementation(
        source: &Source,
        item: &'a syn::ImplItemConst,
        kind: ConstantKind,
    ) -> Self {
        Self {
            attributes: &item.attrs,
            visibility: Some(&item.vis),
            ident: &item.ident,
            ty: &item.ty,
            value: Some(&item.expr),
            range: from_keyword(source, &item.const_token, &item.semi_token),
            kind,
            mutable: false,
        }
    }

    pub(super) fn of_trait(source: &Source, item: &'a syn::TraitItemConst) -> Self {
        Self {
            attributes: &item.attrs,
            visibility: None,
            ident: &item.ident,
            ty: &item.ty,
            value: item.default.as_ref().map(|(_, value)| value),
            range: from_keyword(source, &item.const_token, &item.semi_token),
            kind: ConstantKind::TraitDefault,
            mutable: false,
        }
    }
}

fn from_keyword(
    source: &Source,
    keyword: &impl Spanned,
    semicolon: &syn::Token![;],
) -> Range<usize> {
    source.range(keyword).start..source.range(semicolon).end
}

impl Walk<'_> {
    pub(super) fn describe(&self, item: &Item<'_>) -> Constant {
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
            on_one_line(text)
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
