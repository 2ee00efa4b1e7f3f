//! The sweep in Stryker's mutation-testing-report-schema, version 2.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Sources, wording};
use crate::mutate::matrix::{Matrix, Mutant, Span, Test, TestId, Verdict};

/// A report as the schema wants it; it names its fields in camel case.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    schema_version: &'static str,
    thresholds: Thresholds,
    project_root: &'a str,
    config: BTreeMap<&'static str, &'a [String]>,
    framework: Framework<'a>,
    files: BTreeMap<&'a str, File<'a>>,
    test_files: BTreeMap<String, TestFile<'a>>,
}

/// From which score on a viewer shows green, and below which it shows red.
#[derive(Serialize)]
struct Thresholds {
    high: u8,
    low: u8,
}

#[derive(Serialize)]
struct Framework<'a> {
    name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct File<'a> {
    language: &'static str,
    source: &'a str,
    mutants: Vec<FileMutant<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileMutant<'a> {
    id: String,
    mutator_name: &'a str,
    description: String,
    replacement: &'a str,
    location: Location,
    status: &'static str,
    status_reason: String,
    covered_by: Vec<String>,
    killed_by: Vec<String>,
    tests_completed: usize,
    duration: u64,
}

#[derive(Serialize)]
struct Location {
    start: Position,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<Position>,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct TestFile<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    tests: Vec<TestDefinition>,
}

#[derive(Serialize)]
struct TestDefinition {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
}

/// The whole report.
pub(super) fn report<'a>(matrix: &'a Matrix, sources: &'a Sources) -> Report<'a> {
    Report {
        schema: "http://stryker-mutator.io/report.schema.json",
        schema_version: "2.0",
        thresholds: Thresholds { high: 80, low: 60 },
        project_root: &matrix.root,
        config: BTreeMap::from([("selection", &matrix.selection[..])]),
        framework: Framework {
            name: &matrix.tool.name,
            version: &matrix.tool.version,
        },
        files: files(matrix, sources),
        test_files: test_files(matrix, sources),
    }
}

fn files<'a>(matrix: &'a Matrix, sources: &'a Sources) -> BTreeMap<&'a str, File<'a>> {
    let mut files = BTreeMap::new();
    for mutant in &matrix.mutants {
        let name = mutant.span.file.as_str();
        let file = files.entry(name).or_insert_with(|| File {
            language: "rust",
            source: sources.text(name).unwrap_or_default(),
            mutants: Vec::new(),
        });
        file.mutants.push(file_mutant(matrix, sources, mutant));
    }
    files
}

fn file_mutant<'a>(matrix: &Matrix, sources: &Sources, mutant: &'a Mutant) -> FileMutant<'a> {
    FileMutant {
        id: mutant.id.to_string(),
        mutator_name: &mutant.operator,
        description: wording::change(mutant),
        replacement: &mutant.replacement,
        location: location(sources, &mutant.span),
        status: status(mutant.verdict),
        status_reason: wording::reason(matrix, mutant),
        covered_by: ids(&mutant.covered_by),
        killed_by: ids(&mutant.noticed_by()),
        tests_completed: mutant.covered_by.len(),
        duration: mutant.duration_ms,
    }
}

fn location(sources: &Sources, span: &Span) -> Location {
    Location {
        start: Position {
            line: span.line,
            column: sources.utf16_column(span, span.byte_start),
        },
        end: Some(Position {
            line: span.end_line,
            column: sources.utf16_column(span, span.byte_end),
        }),
    }
}

fn status(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Killed => "Killed",
        Verdict::Survived => "Survived",
        Verdict::NoCoverage => "NoCoverage",
        Verdict::Timeout => "Timeout",
        Verdict::Unviable => "CompileError",
    }
}

fn ids(tests: &[TestId]) -> Vec<String> {
    tests.iter().map(TestId::to_string).collect()
}

fn test_files<'a>(matrix: &'a Matrix, sources: &'a Sources) -> BTreeMap<String, TestFile<'a>> {
    let mut files = BTreeMap::new();
    for test in &matrix.tests {
        // The schema allows a name in place of a path, for a test that a macro made.
        let name = test.file.clone();
        let name = name.unwrap_or_else(|| format!("{}::{}", test.package, test.target));
        let source = sources.text(&name);
        let file = files.entry(name).or_insert_with(|| TestFile {
            source,
            tests: Vec::new(),
        });
        file.tests.push(definition(test));
    }
    files
}

fn definition(test: &Test) -> TestDefinition {
    TestDefinition {
        id: test.id.to_string(),
        name: wording::test_name(test),
        location: test.line.map(|line| Location {
            start: Position { line, column: 1 },
            end: None,
        }),
    }
}
