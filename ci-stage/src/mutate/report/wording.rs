//! The sentences that several reports share.

use crate::mutate::matrix::{Matrix, Mutant, Slack, Test, TestId, Verdict};

/// `TIER_DISCOUNTS.gold: 0.15 → 0.12`.
pub(super) fn change(mutant: &Mutant) -> String {
    let Mutant {
        selector,
        original,
        replacement,
        ..
    } = mutant;
    format!("{selector}: {original} → {replacement}")
}

/// `target::path`, as the stage's transcript names a test.
pub(super) fn test_name(test: &Test) -> String {
    format!("{}::{}", test.target, test.name)
}

/// The names of several tests, separated by commas.
pub(super) fn test_names(matrix: &Matrix, tests: &[TestId]) -> String {
    let names: Vec<String> = tests
        .iter()
        .map(|&id| test_name(&matrix.tests[id]))
        .collect();
    names.join(", ")
}

/// Why a mutant ended as it did.
pub(super) fn reason(matrix: &Matrix, mutant: &Mutant) -> String {
    match mutant.verdict {
        Verdict::Killed => killed(matrix, mutant),
        Verdict::Survived => survived(matrix, mutant),
        Verdict::NoCoverage => format!(
            "no test reads {} when it runs",
            matrix.constants[mutant.constant].path
        ),
        Verdict::Timeout => format!(
            "ran past the time limit in {}",
            test_names(matrix, &mutant.timed_out)
        ),
        Verdict::Unviable => mutant
            .compile_error
            .clone()
            .unwrap_or_else(|| "it does not compile".to_owned()),
    }
}

fn killed(matrix: &Matrix, mutant: &Mutant) -> String {
    let kills: Vec<String> = mutant
        .killed_by
        .iter()
        .map(|kill| {
            let place = match (&kill.file, kill.line) {
                (Some(file), Some(line)) => format!(" at {file}:{line}"),
                _ => String::new(),
            };
            let test = test_name(&matrix.tests[kill.test]);
            format!("{test}{place}\n{}", kill.message)
        })
        .collect();
    kills.join("\n\n")
}

fn survived(matrix: &Matrix, mutant: &Mutant) -> String {
    let tests = match &mutant.covered_by[..] {
        [_] => "1 test read it and passed".to_owned(),
        tests => format!("{} tests read it and passed", tests.len()),
    };
    match slack_of(matrix, &mutant.selector) {
        Some(slack) => format!("{tests}; {}", slack.sentence()),
        None => tests,
    }
}

/// The slack interval of a literal, where it is numeric.
fn slack_of<'a>(matrix: &'a Matrix, selector: &str) -> Option<&'a Slack> {
    matrix.slack.iter().find(|slack| slack.selector == selector)
}
