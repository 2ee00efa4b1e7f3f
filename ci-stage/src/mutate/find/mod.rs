//! Finding constants in the syntax: what they are, which literals they hold, and in what sort of
//! place each byte of a file lies. Names are not resolved here; the compiler does that.

mod site;
mod types;
mod walk;

use std::collections::BTreeSet;
use std::ops::Range;

use super::matrix::ConstantKind;
use super::program::Child;
use super::source::Source;

pub(super) use site::{Site, SiteKind, Step};

/// A constant as it stands in a file.
#[derive(Debug, Clone)]
pub(super) struct Constant {
    pub(super) kind: ConstantKind,
    pub(super) name: String,
    /// Modules, functions and types round it, inside its file.
    pub(super) scope: Vec<String>,
    /// From the visibility or the keyword to the semicolon; attributes apart.
    pub(super) item: Range<usize>,
    /// `pub`, `pub(crate)` or nothing.
    pub(super) visibility: String,
    /// Its `#[cfg(...)]` attributes, to be repeated on whatever is put beside it.
    pub(super) cfg: String,
    /// A `#[deprecated]` of its own, which the tag replaces.
    pub(super) deprecated: Option<Range<usize>>,
    pub(super) ty: Range<usize>,
    /// The type as a function may return it.
    pub(super) return_type: String,
    /// The initialiser; a `const` that a trait only declares has none.
    pub(super) value: Option<Range<usize>>,
    pub(super) sites: Vec<Site>,
    /// Whether it belongs to tests, so that it is not mutated itself.
    pub(super) in_tests: bool,
    /// Why one build cannot hold its mutants, where the item itself says so.
    pub(super) frozen: Option<&'static str>,
    /// Why it must be left alone.
    pub(super) skip: Option<&'static str>,
    /// For an implemented `const`: the last name of the trait's path in the `impl` header.
    pub(super) implemented_trait: Option<usize>,
    /// For a trait's `const`: where the trait starts.
    pub(super) declaring_trait: Option<usize>,
}

/// In what sort of place an expression is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A function's body.
    Body,
    /// The body of a `const fn` whose `const` keyword starts here.
    ConstFn(usize),
    /// The initialiser of the constant with this index in [`Facts::constants`].
    Initialiser(usize),
    /// A place that needs its value when the program is compiled.
    Frozen(&'static str),
}

/// One name that a `use` item brings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    /// The imported name, and where it starts.
    pub(super) name_at: usize,
    /// The name with its `as` part.
    pub(super) leaf: Range<usize>,
}

/// A test function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TestFn {
    /// Its modules inside the file and its name.
    pub(super) path: Vec<String>,
    pub(super) name_at: usize,
    pub(super) range: Range<usize>,
}

/// All that a file's syntax tells.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) constants: Vec<Constant>,
    pub(super) places: Vec<(Range<usize>, Place)>,
    pub(super) unsafe_code: Vec<Range<usize>>,
    pub(super) imports: Vec<Import>,
    pub(super) tests: Vec<TestFn>,
    /// Modules that have a file of their own.
    pub(super) children: Vec<Child>,
    /// Where `const` stands in `const fn`, with the function's name.
    pub(super) const_fns: Vec<(usize, String)>,
    /// Calls and definitions of macros, whose tokens have no syntax yet.
    pub(super) macros: Vec<Range<usize>>,
    /// Every word inside an attribute: a macro behind it may use the name unseen.
    pub(super) attribute_words: BTreeSet<String>,
}

impl Facts {
    /// Reads a file. `in_tests` says that the whole file belongs to tests.
    pub(super) fn of(source: &Source, in_tests: bool) -> Self {
        walk::facts(source, in_tests)
    }

    /// The sort of place of a byte; outside of everything it is a body, as inside a macro's rules.
    pub(super) fn place(&self, byte: usize) -> Place {
        self.places
            .iter()
            .filter(|(range, _)| range.contains(&byte))
            .min_by_key(|(range, _)| range.len())
            .map_or(Place::Body, |(_, place)| *place)
    }

    /// Whether any place of this sort lies round a byte.
    pub(super) fn is_within(&self, byte: usize, sort: impl Fn(&Place) -> bool) -> bool {
        let mut round = self.places.iter();
        round.any(|(range, place)| range.contains(&byte) && sort(place))
    }

    pub(super) fn is_in_macro(&self, byte: usize) -> bool {
        self.macros.iter().any(|range| range.contains(&byte))
    }

    pub(super) fn is_unsafe(&self, byte: usize) -> bool {
        self.unsafe_code.iter().any(|range| range.contains(&byte))
    }

    pub(super) fn import_at(&self, byte: usize) -> Option<&Import> {
        self.imports.iter().find(|import| import.name_at == byte)
    }
}

#[cfg(test)]
mod tests;
