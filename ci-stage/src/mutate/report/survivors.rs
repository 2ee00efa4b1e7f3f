//! The literals with mutants that nobody noticed: what a reader should look at first.

use std::collections::BTreeMap;

use serde::Serialize;

use super::wording;
use crate::mutate::matrix::{Constant, ConstantId, Matrix, Mutant, Span, Verdict};
use crate::plural::counted;

/// A literal and its mutants that nobody noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Gap<'a> {
    /// What names the literal in `--set`.
    pub(super) selector: &'a str,
    /// Where it stands.
    pub(super) span: &'a Span,
    /// The literal.
    pub(super) original: &'a str,
    /// What stood in its place unnoticed.
    pub(super) unnoticed: Vec<&'a str>,
    /// How many mutants of it compile.
    pub(super) tried: usize,
    /// Why nobody noticed.
    pub(super) reason: String,
}

/// The gaps, most unnoticed mutants first, then in the order of the source.
pub(super) fn gaps(matrix: &Matrix) -> Vec<Gap<'_>> {
    let mut literals: BTreeMap<(ConstantId, usize, &str), Vec<&Mutant>> = BTreeMap::new();
    let viable = |mutant: &&Mutant| mutant.verdict != Verdict::Unviable;
    for mutant in matrix.mutants.iter().filter(viable) {
        let literal = (mutant.constant, mutant.span.byte_start, &*mutant.selector);
        literals.entry(literal).or_default().push(mutant);
    }
    let mut gaps: Vec<Gap<'_>> = literals
        .values()
        .filter_map(|mutants| gap(matrix, mutants))
        .collect();
    gaps.sort_by_key(|gap| std::cmp::Reverse(gap.unnoticed.len()));
    gaps
}

impl Gap<'_> {
    /// `2 of 3 mistakes go unnoticed`.
    pub(super) fn headline(&self) -> String {
        let count = self.unnoticed.len();
        let verb = if count == 1 { "goes" } else { "go" };
        let mistakes = counted(self.tried, "mistake");
        format!("{count} of {mistakes} {verb} unnoticed")
    }
}

fn gap<'a>(matrix: &'a Matrix, mutants: &[&'a Mutant]) -> Option<Gap<'a>> {
    let unnoticed =
        |mutant: &&&Mutant| matches!(mutant.verdict, Verdict::Survived | Verdict::NoCoverage);
    let first = mutants.iter().find(unnoticed)?;
    let replacements = mutants.iter().filter(unnoticed);
    Some(Gap {
        selector: &first.selector,
        span: &first.span,
        original: &first.original,
        unnoticed: replacements.map(|mutant| &*mutant.replacement).collect(),
        tried: mutants.len(),
        reason: wording::reason(matrix, first)
            + &expectation(&matrix.constants[first.constant], matrix),
    })
}

/// A test that computes its expectation from the constant cannot notice a wrong one.
fn expectation(constant: &Constant, matrix: &Matrix) -> String {
    let mut tests: Vec<usize> = constant
        .uses
        .iter()
        .filter_map(|place| place.in_test)
        .collect();
    tests.dedup();
    if tests.is_empty() {
        return String::new();
    }
    format!(
        "; {} takes the expected value from {} itself",
        wording::test_names(matrix, &tests),
        constant.name
    )
}
