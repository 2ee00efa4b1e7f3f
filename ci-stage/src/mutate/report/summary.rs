//! The sweep in Markdown, for GitHub's step summary.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::survivors::{Gap, gaps};
use super::{Format, wording};
use crate::mutate::matrix::{Matrix, Standing};
use crate::plural::counted;
use crate::report::github::STEP_SUMMARY_BYTES;

/// Room that is kept for what follows the table.
const TAIL_BYTES: usize = 16 << 10;

/// How many redundant tests are named.
const REDUNDANT_NAMED: usize = 20;

/// The whole summary; it stays below the size that GitHub accepts.
pub(super) fn markdown(matrix: &Matrix) -> String {
    let mut text = format!(
        "## Mutated constants: {}\n\n{}\n",
        score(matrix),
        counts(matrix)
    );
    let gaps = gaps(matrix);
    if !gaps.is_empty() {
        text += "\n| Constant | Unnoticed | Mistakes | Why, and what to add |\n|---|---|---|---|\n";
    }
    for (written, gap) in gaps.iter().enumerate() {
        let row = row(gap);
        if text.len() + row.len() > STEP_SUMMARY_BYTES - TAIL_BYTES {
            let left = gaps.len() - written;
            let _ = writeln!(text, "\n+{left} more in `{}`.", Format::Html.file_name());
            break;
        }
        text += &row;
    }
    text + &redundant(matrix)
}

/// The share of noticed mutants, cut to hundredths of a percent; `-` when there is none to notice.
pub(super) fn score(matrix: &Matrix) -> String {
    match matrix.counts.score_basis_points() {
        Some(points) => format!("{}.{:02} % noticed", points / 100, points % 100),
        None => "no mutant".to_owned(),
    }
}

/// How many constants have mutants in this sweep.
pub(super) fn constants(matrix: &Matrix) -> usize {
    let mutated: BTreeSet<_> = matrix
        .mutants
        .iter()
        .map(|mutant| mutant.constant)
        .collect();
    mutated.len()
}

fn counts(matrix: &Matrix) -> String {
    let counts = matrix.counts;
    format!(
        "{} killed, {} survived, {} not covered, {} timed out, {} unviable; {}, {}, \
         {}.{:01} s.",
        counts.killed,
        counts.survived,
        counts.no_coverage,
        counts.timeout,
        counts.unviable,
        counted(constants(matrix), "constant"),
        counted(matrix.tests.len(), "test"),
        matrix.duration_ms / 1000,
        matrix.duration_ms % 1000 / 100,
    )
}

fn row(gap: &Gap<'_>) -> String {
    format!(
        "| {}<br>{}:{} | {} of {} | {} → {} | {} |\n",
        code(gap.selector),
        escaped(&gap.span.file),
        gap.span.line,
        gap.unnoticed.len(),
        gap.tried,
        code(gap.original),
        code(&gap.unnoticed.join(", ")),
        escaped(&gap.reason),
    )
}

fn redundant(matrix: &Matrix) -> String {
    let strengths = matrix.strengths();
    let redundant = strengths
        .iter()
        .filter(|strength| strength.standing == Standing::Redundant);
    let names: Vec<String> = redundant
        .map(|strength| code(&wording::test_name(&matrix.tests[strength.test])))
        .collect();
    if names.is_empty() {
        return String::new();
    }
    let more = match names.len().saturating_sub(REDUNDANT_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let listed = names[..names.len().min(REDUNDANT_NAMED)].join(", ");
    format!(
        "\nEvery mutant that these tests kill is killed by another test as well: {listed}{more}.\n"
    )
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Text that Markdown shows as it is, in one cell of a table.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => shown.push(' '),
            // Whatever Markdown or HTML could take for markup is written as its number.
            '<' | '>' | '&' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '#' | '@' => {
                let _ = write!(shown, "&#{};", u32::from(character));
            }
            _ => shown.push(character),
        }
    }
    shown
}
