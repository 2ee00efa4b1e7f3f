//! Telling nextest to run some of the tests only.

use std::collections::BTreeMap;

use super::metadata::id;
use crate::suite::run::Job;

/// The operating system takes no longer argument than 128 KiB.
const LENGTH_MAX: usize = 100_000;

/// Expressions that together stand for the given tests.
pub(super) fn expressions(jobs: &[Job<'_>]) -> Vec<String> {
    let mut by_program: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for job in jobs.iter().filter(|job| job.program.harness) {
        let names = by_program.entry(id(job.program)).or_default();
        names.push(&job.test.name);
    }
    let mut expressions = Vec::new();
    for (program, names) in by_program {
        let mut tests = String::new();
        let mut close = |tests: &mut String| {
            if !tests.is_empty() {
                let program = literal(&program);
                expressions.push(format!("binary_id(={program}) & ({tests})"));
                tests.clear();
            }
        };
        for name in names {
            let test = format!("test(={})", literal(name));
            if tests.len() + test.len() > LENGTH_MAX {
                close(&mut tests);
            }
            if !tests.is_empty() {
                tests.push_str(" | ");
            }
            tests.push_str(&test);
        }
        close(&mut tests);
    }
    expressions
}

/// A name as it stands in an expression.
pub(super) fn literal(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        if matches!(letter, '\\' | '/' | ')' | ',') {
            text.push('\\');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn letters_that_would_end_a_name_are_escaped() {
        assert_eq!(literal("adds_tax::case_1"), "adds_tax::case_1");
        assert_eq!(literal("a (b), c/d\\e"), "a (b\\)\\, c\\/d\\\\e");
    }
}
