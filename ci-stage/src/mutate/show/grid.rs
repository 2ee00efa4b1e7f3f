//! The kill matrix: mutants down, tests across, equal rows merged.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::change;
use crate::mutate::matrix::{Matrix, Mutant, TestId};

/// With more tests than this the columns would not fit, and the killers are named instead.
const COLUMNS_MAX: usize = 60;

/// What the tests did with some mutants of one constant.
struct Row<'a> {
    mutants: Vec<&'a Mutant>,
    cells: String,
}

pub(super) fn write(text: &mut String, matrix: &Matrix) {
    let columns: Vec<TestId> = matrix
        .tests
        .iter()
        .map(|test| test.id)
        .filter(|test| {
            matrix
                .mutants
                .iter()
                .any(|mutant| mutant.covered_by.contains(test))
        })
        .collect();
    if matrix.mutants.is_empty() || columns.is_empty() {
        return;
    }
    text.push_str(
        "KILL MATRIX  X fails, T times out, . passes, blank does not read the constant\n",
    );
    let fits = columns.len() <= COLUMNS_MAX;
    for constant in &matrix.constants {
        let own = matrix
            .mutants
            .iter()
            .filter(|mutant| mutant.constant == constant.id);
        let rows = merged(own, &columns);
        if rows.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  {}", constant.path);
        for row in rows {
            let changes: Vec<String> = row.mutants.iter().map(|mutant| change(mutant)).collect();
            let cells = if fits {
                format!("|{}|", row.cells)
            } else {
                killers(row.mutants[0])
            };
            let _ = writeln!(
                text,
                "    {cells} {:<11} {}",
                row.mutants[0].verdict,
                grouped(&changes)
            );
        }
    }
    if fits {
        legend(text, matrix, &columns);
    }
    text.push('\n');
}

fn merged<'a>(mutants: impl Iterator<Item = &'a Mutant>, columns: &[TestId]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    for mutant in mutants {
        let cells: String = columns.iter().map(|test| cell(mutant, *test)).collect();
        let same = rows
            .iter_mut()
            .find(|row| row.cells == cells && row.mutants[0].verdict == mutant.verdict);
        match same {
            Some(row) => row.mutants.push(mutant),
            None => rows.push(Row {
                mutants: vec![mutant],
                cells,
            }),
        }
    }
    rows
}

fn cell(mutant: &Mutant, test: TestId) -> char {
    if mutant.killed_by.iter().any(|kill| kill.test == test) {
        'X'
    } else if mutant.timed_out.contains(&test) {
        'T'
    } else if mutant.covered_by.contains(&test) {
        '.'
    } else {
        ' '
    }
}

fn killers(mutant: &Mutant) -> String {
    let noticed = mutant.killed_by.len() + mutant.timed_out.len();
    format!("{noticed:>4} of {:>4}", mutant.covered_by.len())
}

/// Which column is which test, read downwards.
fn legend(text: &mut String, matrix: &Matrix, columns: &[TestId]) {
    for (place, &column) in columns.iter().enumerate() {
        let bars = "|".repeat(place);
        let shown = &matrix.tests[column];
        let flaky = if shown.flaky { " (flaky)" } else { "" };
        let _ = writeln!(
            text,
            "     {bars}`- {}::{}{flaky}",
            shown.target, shown.name
        );
    }
}

/// `30 -> 20, 40, 31`: what replaces the same text stands together.
pub(super) fn grouped(changes: &[String]) -> String {
    let mut groups: BTreeMap<usize, (String, Vec<String>)> = BTreeMap::new();
    for change in changes {
        let (from, to) = change.split_once(" -> ").unwrap_or((change, ""));
        let next = groups.len();
        let place = groups
            .iter()
            .find(|(_, (other, _))| other == from)
            .map_or(next, |(place, _)| *place);
        let group = groups
            .entry(place)
            .or_insert_with(|| (from.to_owned(), Vec::new()));
        group.1.push(to.to_owned());
    }
    let groups: Vec<String> = groups
        .into_values()
        .map(|(from, to)| format!("{from} -> {}", to.join(", ")))
        .collect();
    groups.join("; ")
}
