//! The page of a GitHub job: a table of the stages, then what failed.

use std::fmt::Write as _;

use super::github::STEP_SUMMARY_BYTES;
use crate::transcript::{Status, Transcript};
use crate::verdict::Verdict;

/// Renders the verdict in less than GitHub's limit, above which it would drop all of it.
pub(super) fn render(verdict: &Verdict) -> String {
    let mut text = format!(
        "## ci-stage: {}\n\n| stage | result | time | |\n|---|---|---:|---|\n",
        verdict.class.label()
    );
    // Writing to a text cannot fail.
    for stage in &verdict.stages {
        let tenths = stage.duration.as_millis() / 100;
        let _ = writeln!(
            text,
            "| {} | {} | {}.{} s | {} |",
            stage.name,
            stage.result(),
            tenths / 10,
            tenths % 10,
            cell(&stage.summary)
        );
    }
    for gate in &verdict.lowered_gates {
        let _ = writeln!(text, "\n**This change lowers a gate:** {}", cell(gate));
    }
    for stage in verdict.stages.iter().filter(|stage| stage.is_red()) {
        for (suite, test) in stage.findings.tests.iter().flat_map(Transcript::tests) {
            if let Status::Failed(failure) = &test.status {
                let place = failure.location.as_deref().unwrap_or_default();
                let fence = "`".repeat(4);
                let _ = writeln!(
                    text,
                    "\n### {suite}::{} {place}\n\n{fence}text\n{}\n{fence}",
                    test.name, failure.message
                );
            }
        }
        for found in &stage.findings.diagnostics {
            let place = found.place().unwrap_or_default();
            let _ = writeln!(text, "- `{place}` {}", cell(&found.message));
        }
        if let Some(repeat) = &stage.repeat {
            let _ = writeln!(text, "\nRepeat just this: `{repeat}`");
        }
    }
    cut(text)
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn cut(mut text: String) -> String {
    const CLOSING: &str = "\n\n... cut: GitHub shows no more\n";
    if text.len() >= STEP_SUMMARY_BYTES {
        let mut end = STEP_SUMMARY_BYTES - CLOSING.len() - 1;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push_str(CLOSING);
    }
    text
}
