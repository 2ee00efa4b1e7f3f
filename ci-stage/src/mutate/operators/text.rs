//! Mistakes in texts, characters and truth values.

use syn::Lit;

use super::{Edit, Literal};

fn parsed(literal: &Literal<'_>) -> Option<Lit> {
    syn::parse_str(literal.text()).ok()
}

pub(super) fn bool(literal: &Literal<'_>) -> Vec<Edit> {
    match parsed(literal) {
        Some(Lit::Bool(value)) => vec![literal.edit((!value.value).to_string())],
        _ => Vec::new(),
    }
}

/// One text instead of another, or nothing where the literal is no text.
fn text(literal: &Literal<'_>, other: impl Fn(&str) -> Option<String>) -> Vec<Edit> {
    match parsed(literal) {
        Some(Lit::Str(text)) => other(&text.value())
            .map(|other| literal.edit(format!("{other:?}")))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// A character from the middle is lost; of bytes one changes, because their number is a type.
pub(super) fn lost_character(literal: &Literal<'_>) -> Vec<Edit> {
    if let Some(Lit::ByteStr(bytes)) = parsed(literal) {
        let mut bytes = bytes.value();
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 1;
        }
        return vec![literal.edit(format!("b\"{}\"", bytes.escape_ascii()))];
    }
    text(literal, |value| {
        let middle = value.chars().count() / 2;
        let rest = value.chars().enumerate().filter(|(at, _)| *at != middle);
        (!value.is_empty()).then(|| rest.map(|(_, letter)| letter).collect())
    })
}

pub(super) fn empty(literal: &Literal<'_>) -> Vec<Edit> {
    text(literal, |_| Some(String::new()))
}

/// The first letter in the other case.
pub(super) fn case(literal: &Literal<'_>) -> Vec<Edit> {
    text(literal, |value| {
        let (at, letter) = value
            .char_indices()
            .find(|(_, letter)| letter.is_alphabetic())?;
        let mut other = value.to_owned();
        other.replace_range(at..at + letter.len_utf8(), &other_case(letter));
        Some(other)
    })
}

fn other_case(letter: char) -> String {
    if letter.is_lowercase() {
        letter.to_uppercase().collect()
    } else {
        letter.to_lowercase().collect()
    }
}

pub(super) fn character(literal: &Literal<'_>) -> Vec<Edit> {
    let Some(Lit::Char(value)) = parsed(literal) else {
        return Vec::new();
    };
    let letter = value.value();
    let next = u32::from(letter).checked_add(1).and_then(char::from_u32);
    let other = other_case(letter).parse::<char>().ok();
    let others = next.into_iter().chain(other);
    others
        .map(|other| literal.edit(format!("{other:?}")))
        .collect()
}
