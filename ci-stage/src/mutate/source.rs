//! A source file as text, as tokens and as a syntax tree, all addressed by byte.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::matrix::Span;

/// One token with its place; a group gives its two delimiters and what lies between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) range: Range<usize>,
    pub(super) kind: TokenKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    Ident,
    Literal,
    Lifetime,
    Punct(char),
    Open,
    Close,
}

/// A parsed source file.
pub(super) struct Source {
    /// Relative to the workspace's root.
    pub(super) path: String,
    pub(super) text: String,
    pub(super) tree: syn::File,
    pub(super) tokens: Vec<Token>,
    /// Bytes before the first token that the parser never sees: a byte order mark, a `#!` line.
    base: usize,
    line_starts: Vec<usize>,
}

impl Source {
    /// Parses `text`; none when it is not a Rust file of items.
    pub(super) fn parse(path: String, text: String) -> Option<Self> {
        let base = unseen_prefix(&text);
        let stream: TokenStream = text[base..].parse().ok()?;
        let mut tokens = Vec::new();
        flatten(stream.clone(), base, &mut tokens);
        let tree = syn::parse2(stream).ok()?;
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        Some(Self {
            path,
            text,
            tree,
            tokens,
            base,
            line_starts,
        })
    }

    /// The bytes of a syntax node.
    pub(super) fn range(&self, node: &impl syn::spanned::Spanned) -> Range<usize> {
        let range = node.span().byte_range();
        range.start + self.base..range.end + self.base
    }

    pub(super) fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// Line and column, both from 1, of a byte.
    pub(super) fn position(&self, byte: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|&start| start <= byte);
        let start = self.line_starts[line.saturating_sub(1)];
        let column = self.slice(&(start..byte)).chars().count() + 1;
        (line, column)
    }

    pub(super) fn span(&self, range: &Range<usize>) -> Span {
        let (line, column) = self.position(range.start);
        let (end_line, end_column) = self.position(range.end);
        Span {
            file: self.path.clone(),
            byte_start: range.start,
            byte_end: range.end,
            line,
            column,
            end_line,
            end_column,
        }
    }

    /// The index of the token that starts at a byte.
    pub(super) fn token_at(&self, byte: usize) -> Option<usize> {
        self.tokens
            .binary_search_by_key(&byte, |token| token.range.start)
            .ok()
    }

    fn punct(&self, index: usize, wanted: char) -> bool {
        self.tokens.get(index).map(|token| token.kind) == Some(TokenKind::Punct(wanted))
    }

    /// The index of the first token of the path that ends in the identifier at `last`.
    pub(super) fn path_start(&self, last: usize) -> usize {
        let mut start = last;
        loop {
            let after_colons = start >= 2
                && self.punct(start - 1, ':')
                && self.punct(start - 2, ':')
                && self.tokens[start - 2].range.end == self.tokens[start - 1].range.start;
            if !after_colons {
                return start;
            }
            let Some(before) = start.checked_sub(3) else {
                return start - 2;
            };
            if self.tokens[before].kind == TokenKind::Ident {
                start = before - usize::from(before > 0 && self.punct(before - 1, '$'));
            } else if self.punct(before, '>') {
                start = self.opening_angle(before).unwrap_or(start - 2);
                // A turbofish belongs to the name before it; otherwise this is `<T as Trait>::`.
                if start >= 1 && self.tokens[start - 1].kind == TokenKind::Ident {
                    start -= 1;
                } else if start >= 3 && self.punct(start - 1, ':') && self.punct(start - 2, ':') {
                    start -= 3;
                } else {
                    return start;
                }
            } else {
                return start - 2;
            }
        }
    }

    fn opening_angle(&self, close: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for index in (0..=close).rev() {
            if self.punct(index, '>') && !(index > 0 && self.punct(index - 1, '-')) {
                depth += 1;
            } else if self.punct(index, '<') {
                depth -= 1;
                if depth == 0 {
                    return Some(index);
                }
            }
        }
        None
    }
}

fn unseen_prefix(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let rest = &text[mark..];
    if rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[') {
        mark + rest.find('\n').unwrap_or(rest.len())
    } else {
        mark
    }
}

fn flatten(stream: TokenStream, base: usize, tokens: &mut Vec<Token>) {
    let place = |span: proc_macro2::Span| {
        let range = span.byte_range();
        range.start + base..range.end + base
    };
    let mut after_quote = None;
    for tree in stream {
        let (range, kind) = match tree {
            TokenTree::Group(group) => {
                if group.delimiter() != Delimiter::None {
                    tokens.push(Token {
                        range: place(group.span_open()),
                        kind: TokenKind::Open,
                    });
                }
                flatten(group.stream(), base, tokens);
                if group.delimiter() != Delimiter::None {
                    tokens.push(Token {
                        range: place(group.span_close()),
                        kind: TokenKind::Close,
                    });
                }
                continue;
            }
            TokenTree::Ident(word) => match after_quote.take() {
                Some(start) => (start..place(word.span()).end, TokenKind::Lifetime),
                None => (place(word.span()), TokenKind::Ident),
            },
            TokenTree::Literal(literal) => (place(literal.span()), TokenKind::Literal),
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                after_quote = Some(place(punct.span()).start);
                continue;
            }
            TokenTree::Punct(punct) => (place(punct.span()), TokenKind::Punct(punct.as_char())),
        };
        tokens.push(Token { range, kind });
    }
}

/// The same code on one line, so that code after it keeps its line number.
///
/// None when it is no sequence of tokens, which no compiler would accept either.
pub(super) fn on_one_line(code: &str) -> Option<String> {
    let stream: TokenStream = code.parse().ok()?;
    if !code.contains('\n') {
        return Some(code.to_owned());
    }
    let line = escape_line_breaks(stream).to_string();
    Some(line.replace('\n', " "))
}

fn escape_line_breaks(stream: TokenStream) -> TokenStream {
    stream
        .into_iter()
        .map(|tree| match tree {
            TokenTree::Group(group) => {
                let inner = escape_line_breaks(group.stream());
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), inner))
            }
            TokenTree::Literal(literal) if literal.to_string().contains('\n') => {
                TokenTree::Literal(escaped(&literal))
            }
            other => other,
        })
        .collect()
}

fn escaped(literal: &proc_macro2::Literal) -> proc_macro2::Literal {
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Str(text) => proc_macro2::Literal::string(&text.value()),
        syn::Lit::ByteStr(bytes) => proc_macro2::Literal::byte_string(&bytes.value()),
        _ => literal.clone(),
    }
}

#[cfg(test)]
mod tests;
