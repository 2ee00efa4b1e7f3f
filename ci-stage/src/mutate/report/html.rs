//! The sweep as one page that needs no network.

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde::Serialize;

use super::sources::Change;
use super::survivors::gaps;
use super::{Sources, stryker, summary, wording};
use crate::error::Error;
use crate::mutate::matrix::{Matrix, Slack, Strength};
use crate::report::page;

/// What the page's script draws the picture from.
#[derive(Serialize)]
struct PageData<'a> {
    matrix: &'a Matrix,
    /// What each mutant does to its lines, in the order of the mutants.
    changes: Vec<Change>,
    strengths: &'a [Strength],
}

/// A slack interval with the sentence that explains it.
#[derive(Serialize)]
struct SlackLine<'a> {
    #[serde(flatten)]
    slack: &'a Slack,
    closed: bool,
    sentence: String,
}

/// The whole page.
pub(super) fn render(matrix: &Matrix, sources: &Sources) -> Result<String, Error> {
    let strengths = matrix.strengths();
    let data = page::script_json(&PageData {
        matrix,
        changes: matrix.mutants.iter().map(|m| sources.change(m)).collect(),
        strengths: &strengths,
    })?;
    let stryker = page::script_json(&stryker::report(matrix, sources))?;
    page::render(
        include_str!("html/page.html"),
        context! {
            nonce => page::nonce(&data),
            style => page::style(include_str!("html/page.css")),
            script => page::safe(concat!(
                include_str!("html/picture.js"),
                include_str!("html/detail.js"),
                include_str!("html/filter.js"),
                include_str!("html/slack.js"),
            )),
            element => page::safe(include_str!(
                "../../../assets/mutation-testing-elements-3.9.0/mutation-test-elements.js"
            )),
            score => summary::score(matrix),
            constants => summary::constants(matrix),
            tests => test_rows(matrix, &strengths),
            counts => Serde(matrix.counts),
            tool => Serde(&matrix.tool),
            started => matrix.started.as_str(),
            seconds => format!("{}.{:03}", matrix.duration_ms / 1000, matrix.duration_ms % 1000),
            gaps => Serde(gaps(matrix)),
            slack => Serde(slack_lines(matrix)),
            skipped => Serde(&matrix.skipped),
            verification => Serde(&matrix.verification),
            data => page::safe(&data),
            stryker => page::safe(&stryker),
        },
    )
}

fn slack_lines(matrix: &Matrix) -> Vec<SlackLine<'_>> {
    let lines = matrix.slack.iter().map(|slack| SlackLine {
        slack,
        closed: slack.is_closed(),
        sentence: slack.sentence_with_cost(),
    });
    lines.collect()
}

fn test_rows(matrix: &Matrix, strengths: &[Strength]) -> Value {
    let row = |strength: &Strength| {
        let test = &matrix.tests[strength.test];
        let computes_from: Vec<String> = strength
            .computes_from
            .iter()
            .map(|&id| matrix.constants[id].name.clone())
            .collect();
        context! { test => Serde(test), strength => Serde(strength), computes_from, name => wording::test_name(test) }
    };
    strengths.iter().map(row).collect()
}
