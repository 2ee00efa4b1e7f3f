//! GitHub's workflow commands for a red run: errors and warnings at their lines.

use super::github::{Note, Severity, commands};
use crate::diagnostic::Level;
use crate::transcript::{Status, Transcript};
use crate::verdict::Verdict;

/// The commands; what stands in `changed` files goes first, because GitHub drops the rest.
#[must_use]
pub fn annotations(verdict: &Verdict, changed: &[String]) -> String {
    let mut notes = notes(verdict);
    notes.sort_by_key(|note| !changed.contains(&note.file));
    commands(&notes)
}

fn notes(verdict: &Verdict) -> Vec<Note> {
    let mut notes = Vec::new();
    for stage in &verdict.stages {
        let findings = &stage.findings;
        for (suite, test) in findings.tests.iter().flat_map(Transcript::tests) {
            let Status::Failed(failure) = &test.status else {
                continue;
            };
            let place = failure
                .location
                .as_ref()
                .and_then(|place| place.rsplit_once(':'));
            let (file, line) = place.unwrap_or(("Cargo.toml", "1"));
            let line = line.parse().unwrap_or(1);
            notes.push(Note {
                severity: Severity::Error,
                file: file.to_owned(),
                lines: (line, line),
                title: format!("{suite}::{} failed", test.name),
                message: failure.message.clone(),
            });
        }
        for found in &findings.diagnostics {
            let (first, last) = found.lines.unwrap_or((1, 1));
            notes.push(Note {
                severity: match found.level {
                    // A warning that makes the stage red is an error.
                    Level::Warning if !stage.is_red() => Severity::Warning,
                    _ => Severity::Error,
                },
                file: found.file.clone().unwrap_or_else(|| "Cargo.toml".into()),
                lines: (first as usize, last as usize),
                title: found.code.clone().unwrap_or_else(|| stage.name.clone()),
                message: found.message.clone(),
            });
        }
        if stage.is_red() && findings.gates.iter().any(|gate| !gate.is_met()) {
            notes.extend(uncovered(stage));
        }
    }
    notes
}

fn uncovered(stage: &crate::stage::Report) -> Vec<Note> {
    let files = stage
        .findings
        .coverage
        .iter()
        .flat_map(|coverage| &coverage.files);
    let first = files.filter_map(|file| Some((file, file.missing.first()?)));
    first
        .map(|(file, &(from, to))| Note {
            severity: Severity::Warning,
            file: file.path.clone(),
            lines: (from as usize, to as usize),
            title: "no test reaches these lines".into(),
            message: format!("{} ({})", stage.summary, file.path),
        })
        .collect()
}
