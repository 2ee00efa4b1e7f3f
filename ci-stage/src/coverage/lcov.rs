//! Coverage read from an lcov file: which lines of which files no test reaches.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::settings::Percent;

/// A part of a whole: how much of what could run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Share {
    /// What could run.
    pub count: u64,
    /// What did.
    pub covered: u64,
}

impl Share {
    /// The share in percent, rounded down.
    #[must_use]
    pub fn percent(self) -> Percent {
        Percent::of(self.covered, self.count)
    }

    /// Counts one more.
    pub(super) fn add(&mut self, ran: bool) {
        self.count += 1;
        self.covered += u64::from(ran);
    }
}

/// Coverage of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// The share of lines that is covered, in percent, rounded down: the number of the gate.
    pub percent: Percent,
    /// Lines that hold code, counted as cargo-llvm-cov's gate counts them.
    pub lines: u64,
    /// Those of them that ran.
    pub covered: u64,
    /// Functions.
    #[serde(default)]
    pub functions: Share,
    /// Regions: the parts of lines between branches.
    #[serde(default)]
    pub regions: Share,
    /// Each line of a file once, as Codecov and other readers of lcov files count.
    #[serde(default)]
    pub per_line: Share,
    /// The same without the tests that stand in the files.
    #[serde(default)]
    pub shipped: Share,
    /// The share of lines when the examples in the documentation count as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_doctests: Option<Share>,
    /// The files, most missing lines first.
    pub files: Vec<FileCoverage>,
}

/// Line coverage of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileCoverage {
    /// The path from the workspace's root.
    pub path: String,
    /// Lines that hold code.
    pub lines: u64,
    /// Those of them that ran.
    pub covered: u64,
    /// Stretches of lines that did not run, both ends included; lines without code are inside.
    pub missing: Vec<(u32, u32)>,
    /// Functions.
    #[serde(default)]
    pub functions: Share,
    /// Each line once.
    #[serde(default)]
    pub per_line: Share,
}

impl FileCoverage {
    /// How many lines did not run.
    #[must_use]
    pub fn missing_lines(&self) -> u64 {
        self.lines - self.covered
    }
}

impl Coverage {
    /// Reads an lcov file's text; paths below `root` are shortened.
    #[must_use]
    pub fn of_lcov(text: &str, root: &Path) -> Self {
        let mut files: Vec<FileCoverage> = records(text)
            .filter_map(|record| file(&record, root))
            .collect();
        files.sort_by(|one, other| {
            let by_missing = other.missing_lines().cmp(&one.missing_lines());
            by_missing.then_with(|| one.path.cmp(&other.path))
        });
        let lines = files.iter().map(|file| file.lines).sum();
        let covered = files.iter().map(|file| file.covered).sum();
        Self {
            percent: Percent::of(covered, lines),
            lines,
            covered,
            functions: total(&files, |file| file.functions),
            per_line: total(&files, |file| file.per_line),
            files,
            ..Self::default()
        }
    }

    /// The lines of the gate as a share.
    #[must_use]
    pub fn line_share(&self) -> Share {
        Share {
            count: self.lines,
            covered: self.covered,
        }
    }
}

fn total(files: &[FileCoverage], part: impl Fn(&FileCoverage) -> Share) -> Share {
    let parts = files.iter().map(part);
    parts.fold(Share::default(), |sum, part| Share {
        count: sum.count + part.count,
        covered: sum.covered + part.covered,
    })
}

/// The regions' total in what `llvm-cov export -summary-only` says.
pub(super) fn regions(json: &str) -> Share {
    let summary: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    let regions = &summary["data"][0]["totals"]["regions"];
    let number = |name: &str| regions[name].as_u64().unwrap_or_default();
    Share {
        count: number("count"),
        covered: number("covered"),
    }
}

/// One file of an lcov report.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
}

pub(super) fn records(lcov: &str) -> impl Iterator<Item = Record<'_>> {
    lcov.split("end_of_record").filter_map(|text| {
        let path = text.lines().find_map(|line| line.strip_prefix("SF:"))?;
        Some(Record { path, text })
    })
}

/// The lines of a record, and whether each ran.
pub(super) fn tallied(record: &str) -> impl Iterator<Item = (u32, bool)> {
    let lines = record.lines().filter_map(|line| line.strip_prefix("DA:"));
    lines.filter_map(|line| {
        let (number, count) = line.split_once(',')?;
        Some((number.parse().ok()?, count != "0"))
    })
}

/// `DA:line,count` a line, `LF:` and `LH:` the totals of lines, `FNF:` and `FNH:` of functions.
fn file(record: &Record<'_>, root: &Path) -> Option<FileCoverage> {
    let number = |label: &'static str| {
        let mut lines = record.text.lines();
        lines.find_map(|line| line.strip_prefix(label)?.parse().ok())
    };
    let path = Path::new(record.path);
    let mut missing: Vec<(u32, u32)> = Vec::new();
    let mut in_stretch = false;
    let mut per_line = Share::default();
    for (line, ran) in tallied(record.text) {
        match missing.last_mut() {
            Some(stretch) if in_stretch && !ran => stretch.1 = line,
            _ if !ran => missing.push((line, line)),
            _ => {}
        }
        in_stretch = !ran;
        per_line.add(ran);
    }
    let shown = path.strip_prefix(root).unwrap_or(path);
    Some(FileCoverage {
        path: shown.display().to_string(),
        lines: number("LF:")?,
        covered: number("LH:")?,
        missing,
        functions: Share {
            count: number("FNF:").unwrap_or_default(),
            covered: number("FNH:").unwrap_or_default(),
        },
        per_line,
    })
}

#[cfg(test)]
mod tests;
