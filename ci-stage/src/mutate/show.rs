//! What a sweep says on a terminal: the survivors first, then the kill matrix.

mod grid;

use std::fmt::Write;

use super::lab;
use super::matrix::{Constant, Matrix, Mutant, TestedBy, Verdict};
use super::operators::OPERATORS;
use super::prepare::Mutated;
use super::program::{FileRole, Program};
use crate::cargo::{TestScope, Workspace};
use crate::error::Error;

/// The operators, and the constants with their values.
pub(super) fn list(
    workspace: &Workspace,
    scope: &TestScope,
    mutated: &Mutated<'_>,
) -> Result<String, Error> {
    let mut text = "Operators (* on):\n".to_owned();
    for operator in OPERATORS {
        let on = mutated
            .operators
            .iter()
            .any(|chosen| chosen.name == operator.name);
        let mark = if on { '*' } else { ' ' };
        let _ = writeln!(
            text,
            "{mark} {:<11} {:<55} {}",
            operator.name, operator.description, operator.example
        );
    }
    let original = lab::original(workspace)?;
    let program = Program::read(workspace, &original, scope);
    text.push_str("\nConstants:\n");
    for (number, known) in program.constants.iter().enumerate() {
        let file = program.file_of(number);
        if known.item.in_tests || file.layout.role != FileRole::Product || known.item.name == "_" {
            continue;
        }
        let line = file.source.position(known.item.item.start).0;
        let value = known
            .item
            .value
            .as_ref()
            .map_or("", |value| file.source.slice(value));
        let group = known.low_value.map_or_else(String::new, |group| {
            format!("  ({group}, with --low-value)")
        });
        let _ = writeln!(
            text,
            "  {}:{line}  {} = {}{group}",
            file.source.path,
            known.path,
            shortened(value)
        );
    }
    Ok(text)
}

/// A value on one line, cut where it is long.
fn shortened(value: &str) -> String {
    const LENGTH_MAX: usize = 60;
    let words: Vec<&str> = value.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= LENGTH_MAX {
        return line;
    }
    line.chars()
        .take(LENGTH_MAX - 3)
        .chain("...".chars())
        .collect()
}

/// A whole sweep.
pub(super) fn matrix(matrix: &Matrix) -> String {
    let mut text = String::new();
    survivors(&mut text, matrix);
    slack_alone(&mut text, matrix);
    grid::write(&mut text, matrix);
    skipped(&mut text, matrix);
    summary(&mut text, matrix);
    text
}

fn survivors(text: &mut String, matrix: &Matrix) {
    let unnoticed: Vec<&Mutant> = matrix
        .mutants
        .iter()
        .filter(|mutant| is_unnoticed(mutant))
        .collect();
    if unnoticed.is_empty() {
        return;
    }
    text.push_str("SURVIVORS\n");
    for constant in &matrix.constants {
        let own: Vec<&Mutant> = unnoticed
            .iter()
            .copied()
            .filter(|mutant| mutant.constant == constant.id)
            .collect();
        if own.is_empty() {
            continue;
        }
        let _ = writeln!(
            text,
            "  {}:{}  {} = {}",
            constant.span.file,
            constant.span.line,
            constant.path,
            shortened(&constant.value_text)
        );
        for (verdict, words) in [
            (Verdict::Survived, "survived"),
            (Verdict::NoCoverage, "no test reads it"),
        ] {
            survivor_line(text, &own, verdict, words);
        }
        for slack in matrix
            .slack
            .iter()
            .filter(|slack| slack.constant == constant.id && !slack.is_closed())
        {
            let _ = writeln!(text, "    {}", slack.sentence_with_cost());
        }
        for using in tests_with_the_constant(matrix, constant) {
            let _ = writeln!(
                text,
                "    {using} computes its expectation from the constant itself"
            );
        }
    }
    text.push('\n');
}

fn survivor_line(text: &mut String, mutants: &[&Mutant], verdict: Verdict, words: &str) {
    let changes: Vec<String> = mutants
        .iter()
        .filter(|mutant| mutant.verdict == verdict)
        .map(|mutant| change(mutant))
        .collect();
    if !changes.is_empty() {
        let _ = writeln!(text, "    {words}: {}", grid::grouped(&changes));
    }
}

fn tests_with_the_constant(matrix: &Matrix, constant: &Constant) -> Vec<String> {
    let tests: std::collections::BTreeSet<usize> =
        constant.uses.iter().filter_map(|one| one.in_test).collect();
    tests
        .into_iter()
        .map(|test| format!("{}::{}", matrix.tests[test].target, matrix.tests[test].name))
        .collect()
}

fn is_unnoticed(mutant: &Mutant) -> bool {
    matches!(mutant.verdict, Verdict::Survived | Verdict::NoCoverage)
}

fn change(mutant: &Mutant) -> String {
    format!(
        "{} -> {}",
        shortened(&mutant.original),
        shortened(&mutant.replacement)
    )
}

/// Numbers that have slack although every one of their mutants was noticed.
fn slack_alone(text: &mut String, matrix: &Matrix) {
    let survives = |constant: usize| {
        let mut own = matrix
            .mutants
            .iter()
            .filter(|mutant| mutant.constant == constant);
        own.any(is_unnoticed)
    };
    let open = matrix.slack.iter().filter(|slack| !slack.is_closed());
    let shown = open.filter(|slack| !survives(slack.constant));
    let lines: Vec<String> = shown
        .map(|slack| format!("  {}\n", slack.sentence_with_cost()))
        .collect();
    if !lines.is_empty() {
        let _ = writeln!(text, "SLACK\n{}", lines.concat());
    }
}

fn skipped(text: &mut String, matrix: &Matrix) {
    if matrix.skipped.is_empty() {
        return;
    }
    text.push_str("LEFT ALONE\n");
    for skipped in &matrix.skipped {
        let _ = writeln!(
            text,
            "  {}:{}  {}: {}",
            skipped.span.file, skipped.span.line, skipped.path, skipped.reason
        );
    }
    text.push('\n');
}

fn summary(text: &mut String, matrix: &Matrix) {
    let counts = matrix.counts;
    let score = counts
        .score_basis_points()
        .map_or_else(String::new, |score| {
            format!(", score {}.{:02} %", score / 100, score % 100)
        });
    let rebuilt = matrix
        .mutants
        .iter()
        .filter(|mutant| mutant.tested_by == TestedBy::Rebuild)
        .count();
    let _ = writeln!(
        text,
        "{} mutants: {} killed, {} survived, {} no coverage, {} timeout, {} unviable{score}",
        matrix.mutants.len(),
        counts.killed,
        counts.survived,
        counts.no_coverage,
        counts.timeout,
        counts.unviable
    );
    let seconds = matrix.duration_ms / 1000;
    let _ = writeln!(
        text,
        "{rebuilt} of them needed a build of their own; {seconds}.{:02}s",
        matrix.duration_ms % 1000 / 10
    );
    let flaky: Vec<String> = matrix
        .tests
        .iter()
        .filter(|test| test.flaky)
        .map(|test| format!("{}::{}", test.target, test.name))
        .collect();
    if !flaky.is_empty() {
        let _ = writeln!(
            text,
            "flaky, so that their verdicts may change: {}",
            flaky.join(", ")
        );
    }
    if let Some(verification) = &matrix.verification {
        let _ = writeln!(
            text,
            "{} verdicts compared with real edits, {} differ",
            verification.compared,
            verification.differences.len()
        );
        for difference in &verification.differences {
            let mutant = matrix
                .mutants
                .iter()
                .find(|mutant| mutant.id == difference.mutant);
            let what = mutant.map_or_else(String::new, |mutant| {
                format!("{} {}", mutant.selector, change(mutant))
            });
            let _ = writeln!(
                text,
                "  {what}: {} here, {} as a real edit",
                difference.swept, difference.edited
            );
        }
    }
}
