//! The literals of an initialiser and how a person would name each.

use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Expr, Lit};

use crate::mutate::source::Source;

/// One step from a constant to a literal inside its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mutate) enum Step {
    /// An element of an array or slice, with the row's key where its first part is one.
    Row(usize, Option<String>),
    /// A part of a tuple, or an argument.
    Part(usize),
    /// A named field.
    Field(String),
}

/// What sort of literal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(in crate::mutate) enum SiteKind {
    Number,
    Bool,
    Text,
    Bytes,
    Char,
}

/// A literal that can be mistyped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mutate) struct Site {
    pub(in crate::mutate) kind: SiteKind,
    /// The literal, without a minus sign.
    pub(in crate::mutate) range: Range<usize>,
    /// The minus sign before it.
    pub(in crate::mutate) minus: Option<usize>,
    /// The smallest expression that is nothing but this number: itself, with its sign, or the
    /// macro call round it (`dec!(0.15)`).
    pub(in crate::mutate) unit: Range<usize>,
    pub(in crate::mutate) steps: Vec<Step>,
    /// How many parts the innermost row has, so that a pair's second part needs no name.
    pub(in crate::mutate) parts: usize,
}

impl Site {
    /// `[1].1`: every step by its number or name.
    pub(in crate::mutate) fn index_path(&self) -> String {
        let step = |step: &Step| match step {
            Step::Row(index, _) => format!("[{index}]"),
            Step::Part(index) => format!(".{index}"),
            Step::Field(name) => format!(".{name}"),
        };
        self.steps.iter().map(step).collect()
    }

    /// `.gold`: rows by their keys, the only other part of a pair without a number.
    pub(in crate::mutate) fn key_path(&self) -> Option<String> {
        let row = self
            .steps
            .iter()
            .rposition(|step| matches!(step, Step::Row(_, Some(_))))?;
        let is_key = matches!(self.steps.get(row + 1..), Some([Step::Part(0)]));
        if is_key {
            return None;
        }
        let alone = self.parts == 2 && row + 2 == self.steps.len();
        let shown = if alone { row + 1 } else { self.steps.len() };
        let step = |step: &Step| match step {
            Step::Row(_, Some(key)) => format!(".{key}"),
            Step::Row(index, None) => format!("[{index}]"),
            Step::Part(index) => format!(".{index}"),
            Step::Field(name) => format!(".{name}"),
        };
        Some(self.steps[..shown].iter().map(step).collect())
    }
}

/// Macros whose literals are no values of the program.
const OPAQUE_MACROS: [&str; 8] = [
    "include_str",
    "include_bytes",
    "include",
    "env",
    "option_env",
    "stringify",
    "file",
    "cfg",
];

/// The literals of an initialiser, in their order.
pub(super) fn sites(source: &Source, value: &Expr) -> Vec<Site> {
    let mut walk = Sites {
        source,
        steps: Vec::new(),
        parts: 0,
        found: Vec::new(),
    };
    walk.visit_expr(value);
    walk.found
}

struct Sites<'a> {
    source: &'a Source,
    steps: Vec<Step>,
    parts: usize,
    found: Vec<Site>,
}

impl Sites<'_> {
    fn below(&mut self, step: Step, parts: usize, value: &Expr) {
        let outer = std::mem::replace(&mut self.parts, parts);
        self.steps.push(step);
        self.visit_expr(value);
        self.steps.pop();
        self.parts = outer;
    }

    fn add(
        &mut self,
        literal: &Lit,
        range: Range<usize>,
        minus: Option<usize>,
        unit: Range<usize>,
    ) {
        let kind = match literal {
            Lit::Int(_) | Lit::Float(_) => SiteKind::Number,
            Lit::Bool(_) => SiteKind::Bool,
            Lit::Str(_) => SiteKind::Text,
            Lit::ByteStr(_) => SiteKind::Bytes,
            Lit::Char(_) => SiteKind::Char,
            _ => return,
        };
        self.found.push(Site {
            kind,
            range,
            minus,
            unit,
            steps: self.steps.clone(),
            parts: self.parts,
        });
    }

    fn literal(&mut self, literal: &Lit, minus: Option<usize>) {
        let range = self.source.range(literal);
        let unit = minus.unwrap_or(range.start)..range.end;
        self.add(literal, range, minus, unit);
    }

    /// A macro's tokens, of which only the literals are understood.
    fn tokens(&mut self, tokens: TokenStream, unit: Option<&Range<usize>>) {
        let mut minus = None;
        for tree in tokens {
            let span = tree.span();
            let range = self.source.range(&span);
            match tree {
                TokenTree::Punct(punct) if punct.as_char() == '-' => {
                    minus = Some(range.start);
                    continue;
                }
                TokenTree::Literal(token) => {
                    let whole = minus.unwrap_or(range.start)..range.end;
                    let unit = unit.cloned().unwrap_or(whole);
                    self.add(&Lit::new(token), range, minus, unit);
                }
                TokenTree::Ident(word) if word == "true" || word == "false" => {
                    let value = word == "true";
                    let literal = Lit::Bool(syn::LitBool::new(value, span));
                    self.add(&literal, range.clone(), None, range);
                }
                TokenTree::Group(group) => self.tokens(group.stream(), None),
                _ => {}
            }
            minus = None;
        }
    }
}

/// The text or the path that names a row, if its first part is one.
fn key(row: &Expr) -> Option<String> {
    match row {
        Expr::Tuple(tuple) => name_of(tuple.elems.first()?),
        Expr::Call(call) => name_of(call.args.first()?),
        Expr::Struct(record) => name_of(&record.fields.first()?.expr),
        Expr::Reference(reference) => key(&reference.expr),
        _ => None,
    }
}

fn name_of(part: &Expr) -> Option<String> {
    match part {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            Lit::Char(letter) => Some(letter.value().to_string()),
            _ => None,
        },
        Expr::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

impl<'ast> Visit<'ast> for Sites<'_> {
    fn visit_expr(&mut self, value: &'ast Expr) {
        match value {
            Expr::Lit(literal) => self.literal(&literal.lit, None),
            Expr::Unary(unary) => match (&unary.op, &*unary.expr) {
                (syn::UnOp::Neg(minus), Expr::Lit(literal)) => {
                    let minus = self.source.range(minus).start;
                    self.literal(&literal.lit, Some(minus));
                }
                _ => visit::visit_expr(self, value),
            },
            Expr::Array(array) => {
                for (index, row) in array.elems.iter().enumerate() {
                    self.below(Step::Row(index, key(row)), 1, row);
                }
            }
            Expr::Tuple(tuple) => {
                for (index, part) in tuple.elems.iter().enumerate() {
                    self.below(Step::Part(index), tuple.elems.len(), part);
                }
            }
            Expr::Call(call) if call.args.len() > 1 => {
                for (index, part) in call.args.iter().enumerate() {
                    self.below(Step::Part(index), call.args.len(), part);
                }
            }
            Expr::Struct(record) => {
                for field in &record.fields {
                    let name = self.source.slice(&self.source.range(&field.member));
                    let step = Step::Field(name.to_owned());
                    self.below(step, record.fields.len(), &field.expr);
                }
            }
            Expr::Repeat(repeat) => self.visit_expr(&repeat.expr),
            // Numbers that steer a computation are code, not values.
            Expr::Block(block) if has_loop(block) => {}
            _ => visit::visit_expr(self, value),
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last().map(|last| last.ident.to_string());
        if name.is_some_and(|name| OPAQUE_MACROS.contains(&name.as_str())) {
            return;
        }
        let unit = is_one_number(&call.tokens).then(|| self.source.range(call));
        self.tokens(call.tokens.clone(), unit.as_ref());
    }

    fn visit_pat(&mut self, _: &'ast syn::Pat) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
    // A nested item is found on its own.
    fn visit_item(&mut self, _: &'ast syn::Item) {}
    fn visit_angle_bracketed_generic_arguments(
        &mut self,
        _: &'ast syn::AngleBracketedGenericArguments,
    ) {
    }
}

fn has_loop(block: &syn::ExprBlock) -> bool {
    struct Loops(bool);
    impl Visit<'_> for Loops {
        fn visit_expr(&mut self, value: &Expr) {
            self.0 |= matches!(value, Expr::While(_) | Expr::Loop(_) | Expr::ForLoop(_));
            visit::visit_expr(self, value);
        }
    }
    let mut loops = Loops(false);
    loops.visit_expr_block(block);
    loops.0
}

fn is_one_number(tokens: &TokenStream) -> bool {
    let mut trees = tokens
        .clone()
        .into_iter()
        .filter(|tree| !matches!(tree, TokenTree::Punct(punct) if punct.as_char() == '-'));
    let first = trees.next();
    trees.next().is_none()
        && matches!(first, Some(TokenTree::Literal(literal))
            if matches!(Lit::new(literal.clone()), Lit::Int(_) | Lit::Float(_)))
}
