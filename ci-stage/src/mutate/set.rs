//! `--set NAME=VALUE`: one mistake, and the transcript that its edit would have given.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::find::SiteKind;
use super::judge::{Edited, Rebuilds, Words};
use super::lab::Lab;
use super::matrix::{Constant, Span, TestId, TestedBy};
use super::operators::Number;
use super::runner::{Outcome, Ran, Runner, Switch};
use super::select::{is_named, unknown};
use super::state::{Literal, State};
use crate::error::Error;
use crate::parallel;
use crate::suite;
use crate::transcript::{self, Status, Suite, Transcript};

/// `TIER_DISCOUNTS.gold=0.12`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assignment {
    selector: String,
    value: String,
}

impl std::str::FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (selector, value) = text.split_once('=').ok_or_else(|| {
            format!("`{text}` sets nothing; write NAME=VALUE, as in TIER_DISCOUNTS.gold=0.12 or TABLE[1].1=7")
        })?;
        let (selector, value) = (selector.trim().to_owned(), value.trim().to_owned());
        if selector.is_empty() || value.is_empty() {
            return Err(format!(
                "`{text}` lacks a name or a value; write NAME=VALUE"
            ));
        }
        Ok(Self { selector, value })
    }
}

/// A piece of source and the text that replaces it.
struct Change {
    span: Span,
    replacement: String,
    constant: usize,
    /// The literal, where the change is no more than its value.
    slot: Option<u32>,
}

/// What the tests said.
pub(super) enum Answer {
    Transcript(Transcript),
    DoesNotBuild(String),
}

/// Applies one mistake and runs the tests.
pub(super) fn set(
    lab: &Lab,
    state: &State,
    runner: Option<&Runner>,
    assignment: &Assignment,
    jobs: usize,
) -> Result<Answer, Error> {
    let change = change(state, assignment)?;
    if let Some((runner, switch)) = runner.zip(switch(state, &change)) {
        let readers = state
            .readers
            .get(&change.constant)
            .cloned()
            .unwrap_or_default();
        if let Some(transcript) = switched(lab, runner, &switch, &readers, jobs)? {
            return Ok(Answer::Transcript(transcript));
        }
    }
    let range = change.span.byte_start..change.span.byte_end;
    let rebuilds = Rebuilds::new(lab, state, jobs);
    match rebuilds.edit(&change.span.file, range, &change.replacement)? {
        Edited::Broken(errors) => Ok(Answer::DoesNotBuild(errors)),
        Edited::Ran { runner, ran, .. } => {
            let cases: Vec<usize> = (0..runner.built.tests.len())
                .flat_map(|program| runner.of_program(program))
                .collect();
            let duration = ran.iter().map(|ran| ran.duration).sum();
            let ran = cases.into_iter().zip(ran.into_iter().map(Some)).collect();
            Ok(Answer::Transcript(told(lab, &runner, ran, duration)))
        }
    }
}

/// How the build of all mutants makes a change, if it can.
fn switch(state: &State, change: &Change) -> Option<Switch> {
    let mutant = state.mutants.iter().find(|mutant| {
        let same_place = mutant.span == change.span;
        same_place && mutant.replacement == change.replacement
    });
    match mutant {
        Some(mutant) if mutant.tested_by == TestedBy::Schema => Some(Switch::Mutant(mutant.id)),
        Some(_) => None,
        None => change
            .slot
            .map(|slot| Switch::Value(slot, change.replacement.clone())),
    }
}

/// Runs the tests that read the constant; the others cannot tell the difference.
fn switched(
    lab: &Lab,
    runner: &Runner,
    switch: &Switch,
    readers: &BTreeSet<TestId>,
    jobs: usize,
) -> Result<Option<Transcript>, Error> {
    let started = Instant::now();
    let cases: Vec<usize> = (0..runner.cases.len())
        .filter(|case| !runner.cases[*case].ignored)
        .collect();
    let ran = parallel::map(&cases, jobs, |worker, &case| {
        if readers.contains(&case) {
            runner
                .run_alone(worker, case, switch, runner.limit(case), None)
                .map(Some)
        } else {
            Ok(None)
        }
    })?;
    let no_such_value = ran
        .iter()
        .flatten()
        .any(|ran| ran.end == Outcome::NoSuchValue);
    let ran = cases.into_iter().zip(ran).collect();
    Ok((!no_such_value).then(|| told(lab, runner, ran, started.elapsed())))
}

/// The stage's transcript of a run, in the words of the user's own source.
fn told(
    lab: &Lab,
    runner: &Runner,
    ran: Vec<(usize, Option<Ran>)>,
    duration: Duration,
) -> Transcript {
    let words = Words::new(lab, runner);
    let ran: std::collections::BTreeMap<usize, Option<Ran>> = ran.into_iter().collect();
    let mut suites: Vec<Suite> = runner
        .built
        .tests
        .iter()
        .map(|program| Suite {
            name: suite::name(&runner.built, program),
            tests: Vec::new(),
        })
        .collect();
    for (case, test) in runner.cases.iter().enumerate() {
        let ran = ran.get(&case).and_then(Option::as_ref);
        let status = match ran.map(|ran| &ran.end) {
            Some(Outcome::Failed(failure) | Outcome::TimedOut(failure)) => {
                Status::Failed(words.failure(failure))
            }
            _ if test.ignored => Status::Ignored,
            _ => Status::Passed,
        };
        suites[test.program].tests.push(transcript::Outcome {
            name: test.name.clone(),
            status,
            duration: ran.map_or(runner.baseline[case], |ran| ran.duration),
        });
    }
    suites.retain(|suite| !suite.tests.is_empty());
    Transcript { suites, duration }
}

fn change(state: &State, assignment: &Assignment) -> Result<Change, Error> {
    let constants: Vec<&Constant> = state
        .constants
        .iter()
        .filter(|constant| names(constant, &assignment.selector))
        .collect();
    let constant = match constants.as_slice() {
        [] => {
            let name = assignment
                .selector
                .split(['.', '[', '#'])
                .next()
                .unwrap_or_default();
            return Err(Error::Usage(unknown(name, state)));
        }
        [constant] => *constant,
        several => {
            let paths: Vec<&str> = several
                .iter()
                .map(|constant| constant.path.as_str())
                .collect();
            return Err(Error::Usage(format!(
                "`{}` may mean {}; name one of them in full",
                assignment.selector,
                paths.join(" or ")
            )));
        }
    };
    let path = path_inside(constant, &assignment.selector).unwrap_or_default();
    let literals: Vec<&Literal> = state
        .literals
        .iter()
        .filter(|literal| literal.constant == constant.id)
        .collect();
    let wanted = format!("{}{path}", constant.name);
    let literal = literals
        .iter()
        .find(|literal| literal.selectors.contains(&wanted))
        .or(match literals.as_slice() {
            [only] if path.is_empty() => Some(only),
            _ => None,
        });
    match literal {
        Some(literal) => literal_change(constant, literal, &assignment.value),
        None if path.is_empty() => Ok(Change {
            span: constant.value_span.clone(),
            replacement: assignment.value.clone(),
            constant: constant.id,
            slot: None,
        }),
        None => {
            let known: Vec<&str> = literals
                .iter()
                .filter_map(|literal| literal.selectors.last())
                .map(String::as_str)
                .collect();
            Err(Error::Usage(format!(
                "`{}` names nothing in {}; it holds {}",
                assignment.selector,
                constant.path,
                known.join(", ")
            )))
        }
    }
}

fn names(constant: &Constant, selector: &str) -> bool {
    path_inside(constant, selector).is_some()
}

/// What a selector says behind the constant's name.
fn path_inside<'a>(constant: &Constant, selector: &'a str) -> Option<&'a str> {
    let end = selector.find(['.', '[', '#']).unwrap_or(selector.len());
    let has_value = constant.name != "_" && !constant.value_text.is_empty();
    (has_value && is_named(constant, &selector[..end])).then(|| &selector[end..])
}

fn literal_change(constant: &Constant, literal: &Literal, value: &str) -> Result<Change, Error> {
    let wrong = |what: &str| {
        let name = literal.selectors.last().map_or("", String::as_str);
        Error::Usage(format!(
            "`{value}` is no {what}; `{name}` is {} now",
            literal.text
        ))
    };
    let (span, replacement) = match literal.kind {
        SiteKind::Number => {
            Number::parse(value.trim_start_matches('-')).ok_or_else(|| wrong("number"))?;
            let negative = value.starts_with('-') || literal.signed != literal.span;
            (
                if negative {
                    &literal.signed
                } else {
                    &literal.span
                },
                value.to_owned(),
            )
        }
        SiteKind::Bool if value != "true" && value != "false" => return Err(wrong("truth value")),
        SiteKind::Text if !value.starts_with('"') => (&literal.span, format!("{value:?}")),
        SiteKind::Char if !value.starts_with('\'') => (&literal.span, format!("'{value}'")),
        _ => (&literal.span, value.to_owned()),
    };
    let by_value = literal.kind == SiteKind::Number
        && value.bytes().all(|byte| b"-.0123456789".contains(&byte));
    // The compiler refuses a division by a zero that it sees.
    let zero = value.bytes().all(|byte| b"-.0".contains(&byte))
        && constant.type_text.starts_with(['u', 'i']);
    Ok(Change {
        span: span.clone(),
        replacement,
        constant: constant.id,
        slot: literal.slot.filter(|_| by_value && !zero),
    })
}

#[cfg(test)]
mod tests {
    use super::Assignment;

    #[test]
    fn an_assignment_has_a_name_and_a_value() {
        let parsed: Assignment = "T[1].1 = 0.12".parse().expect("it parses");
        assert_eq!(
            (parsed.selector.as_str(), parsed.value.as_str()),
            ("T[1].1", "0.12")
        );
        for wrong in ["T", "=1", "T="] {
            let error = wrong.parse::<Assignment>().expect_err(wrong);
            assert!(error.contains("NAME=VALUE"), "{error}");
        }
    }
}
