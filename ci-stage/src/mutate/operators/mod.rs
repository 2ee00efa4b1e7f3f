//! The mistakes: how a person mistypes a literal.

mod choice;
mod digits;
mod number;
mod rows;
mod text;

use std::collections::BTreeSet;
use std::ops::Range;

use super::find::{Constant, Site, SiteKind};
use super::source::Source;

pub(super) use choice::chosen;
pub(super) use number::Number;

/// One way to mistype a literal.
pub(super) struct Operator {
    /// What it is called on the command line and in reports.
    pub name: &'static str,
    /// The mistake in words.
    pub description: &'static str,
    /// One case of it.
    pub example: &'static str,
    /// Whether it is on unless it is switched off.
    pub default: bool,
    apply: fn(&Literal<'_>) -> Vec<Edit>,
}

/// Every operator; where two make the same edit, the first one names it.
pub(super) const OPERATORS: &[Operator] = &[
    operator(
        "digit",
        "a key beside the right one, digit by digit",
        "0.15 -> 0.12",
        digits::neighbouring_keys,
    ),
    operator(
        "digit-swap",
        "two adjacent digits in the wrong order",
        "0.15 -> 0.51",
        digits::swapped,
    ),
    operator(
        "off-by-one",
        "one more, one less",
        "30 -> 31",
        digits::off_by_one,
    ),
    operator(
        "zero",
        "a zero dropped or added",
        "30 -> 300",
        digits::zeros,
    ),
    operator(
        "ten",
        "ten times too much or too little",
        "0.15 -> 1.5",
        digits::tens,
    ),
    operator(
        "percent",
        "the percentage for the fraction",
        "0.15 -> 15",
        digits::percent,
    ),
    operator(
        "last-place",
        "one more or less in the last place",
        "0.15 -> 0.16",
        digits::last_place,
    ),
    operator("sign", "the other sign", "5 -> -5", digits::sign),
    operator(
        "bit",
        "a bit of a mask flipped",
        "0x0f -> 0x0e",
        digits::bits,
    ),
    operator("bool", "the other truth value", "true -> false", text::bool),
    operator(
        "neighbour",
        "the value of the row above or below",
        "silver gets gold's rate",
        rows::neighbour,
    ),
    operator(
        "row-swap",
        "the values of two adjacent rows exchanged",
        "gold and silver",
        rows::swapped,
    ),
    operator(
        "text-edit",
        "a character lost",
        "\"gold\" -> \"god\"",
        text::lost_character,
    ),
    operator(
        "text-empty",
        "nothing where a text belongs",
        "\"gold\" -> \"\"",
        text::empty,
    ),
    operator(
        "text-case",
        "upper case for lower, or the reverse",
        "\"gold\" -> \"Gold\"",
        text::case,
    ),
    operator(
        "char",
        "the next character, the other case",
        "'c' -> 'd'",
        text::character,
    ),
    Operator {
        default: false,
        ..operator(
            "scale",
            "another number of zeros behind the point, the same value",
            "0.10 -> 0.1",
            digits::scale,
        )
    },
];

const fn operator(
    name: &'static str,
    description: &'static str,
    example: &'static str,
    apply: fn(&Literal<'_>) -> Vec<Edit>,
) -> Operator {
    Operator {
        name,
        description,
        example,
        default: true,
        apply,
    }
}

/// A replaced piece of an initialiser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) replacement: String,
}

/// A mistake in one literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) operator: &'static str,
    /// Index into the constant's sites.
    pub(super) site: usize,
    pub(super) edit: Edit,
}

/// A literal with what is known of it.
struct Literal<'a> {
    source: &'a Source,
    constant: &'a Constant,
    site: &'a Site,
    number: Option<Number>,
    /// Whether the constant's type names a signed number.
    signed: bool,
}

impl Literal<'_> {
    fn text(&self) -> &str {
        self.source.slice(&self.site.range)
    }

    /// Whether a macro reads the number, so that its type is not that of a plain literal.
    fn in_macro(&self) -> bool {
        self.site.unit.end > self.site.range.end
    }

    /// Whether a minus sign would compile, as far as the syntax tells: an unsigned number with one
    /// is a mistake that the compiler finds.
    fn may_be_negative(&self) -> bool {
        let has_point = self.number.as_ref().is_some_and(Number::has_point);
        self.signed || has_point || self.in_macro() || self.site.minus.is_some()
    }

    /// The literal replaced, its sign left alone.
    fn edit(&self, replacement: impl Into<String>) -> Edit {
        Edit {
            range: self.site.range.clone(),
            replacement: replacement.into(),
        }
    }

    /// The number replaced by others; none where the literal is no number.
    fn numbers(&self, others: impl Fn(&Number) -> Vec<Number>) -> Vec<Edit> {
        let others = self.number.as_ref().map(others).unwrap_or_default();
        others
            .iter()
            .map(|other| self.edit(other.to_string()))
            .collect()
    }
}

/// A table longer than this is mutated at evenly spread places only.
const SITES_MAX: usize = 48;

/// Whether every literal of a constant is mutated.
pub(super) fn is_thinned(constant: &Constant) -> bool {
    constant.sites.len() > SITES_MAX
}

/// The mistakes in a constant's literals, without those that change nothing or stand twice.
pub(super) fn mistakes(source: &Source, constant: &Constant, chosen: &[&Operator]) -> Vec<Mistake> {
    let stride = constant.sites.len().div_ceil(SITES_MAX).max(1);
    let sites = constant.sites.iter().enumerate().step_by(stride);
    sites
        .flat_map(|(index, site)| {
            let literal = Literal {
                source,
                constant,
                site,
                number: (site.kind == SiteKind::Number)
                    .then(|| Number::parse(source.slice(&site.range)))
                    .flatten(),
                signed: is_signed(source.slice(&constant.ty)),
            };
            of_literal(&literal, index, chosen)
        })
        .collect()
}

fn of_literal(literal: &Literal<'_>, site: usize, chosen: &[&Operator]) -> Vec<Mistake> {
    let mut seen = BTreeSet::from([identity(literal, &literal.edit(literal.text()))]);
    let mut mistakes = Vec::new();
    for operator in chosen {
        for edit in (operator.apply)(literal) {
            let changes_text_only = operator.name == "scale";
            if changes_text_only || seen.insert(identity(literal, &edit)) {
                mistakes.push(Mistake {
                    operator: operator.name,
                    site,
                    edit,
                });
            }
        }
    }
    mistakes
}

/// Equal for edits that give the same program: numbers count by value.
fn identity(literal: &Literal<'_>, edit: &Edit) -> (usize, usize, String) {
    let value = Number::parse(&edit.replacement).map(|number| number.value());
    let in_place = edit.range == literal.site.range;
    let text = value
        .filter(|_| in_place)
        .unwrap_or_else(|| edit.replacement.clone());
    (edit.range.start, edit.range.end, text)
}

/// Whether a type names a signed number.
fn is_signed(ty: &str) -> bool {
    const SIGNED: [&str; 8] = ["i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64"];
    let mut words = ty.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.any(|word| SIGNED.contains(&word))
}

#[cfg(test)]
mod tests;
