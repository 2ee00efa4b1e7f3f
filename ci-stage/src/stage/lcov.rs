//! Coverage read from an lcov file: which lines of which files no test reaches.

use std::path::Path;

use serde::Serialize;

use crate::settings::Percent;

/// Line coverage of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The gate, in percent.
    pub gate: Percent,
    /// The share that is covered, in percent, rounded down.
    pub percent: Percent,
    /// Lines that hold code.
    pub lines: u64,
    /// Those of them that ran.
    pub covered: u64,
    /// The files, most missing lines first.
    pub files: Vec<FileCoverage>,
}

/// Line coverage of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FileCoverage {
    /// The path from the workspace's root.
    pub path: String,
    /// Lines that hold code.
    pub lines: u64,
    /// Those of them that ran.
    pub covered: u64,
    /// Stretches of lines that did not run, both ends included; lines without code are inside.
    pub missing: Vec<(u32, u32)>,
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
    pub fn of_lcov(text: &str, root: &Path, gate: Percent) -> Self {
        let mut files: Vec<FileCoverage> = text
            .split("end_of_record")
            .filter_map(|record| file(record, root))
            .collect();
        files.sort_by(|one, other| {
            let by_missing = other.missing_lines().cmp(&one.missing_lines());
            by_missing.then_with(|| one.path.cmp(&other.path))
        });
        let lines = files.iter().map(|file| file.lines).sum();
        let covered = files.iter().map(|file| file.covered).sum();
        Self {
            gate,
            percent: Percent::of(covered, lines),
            lines,
            covered,
            files,
        }
    }

    /// How many more lines have to be covered to meet the gate.
    #[must_use]
    pub fn lines_to_gate(&self) -> u64 {
        let needed = self.gate.lines_needed(self.lines);
        needed.saturating_sub(self.covered)
    }
}

/// One record: `SF:` the source file, `DA:line,count` a line, `LF:` and `LH:` the totals.
fn file(record: &str, root: &Path) -> Option<FileCoverage> {
    let field = |label: &'static str| {
        record
            .lines()
            .find_map(move |line| line.strip_prefix(label))
    };
    let path = Path::new(field("SF:")?);
    let mut missing: Vec<(u32, u32)> = Vec::new();
    let mut in_stretch = false;
    for line in record.lines().filter_map(|line| line.strip_prefix("DA:")) {
        let (number, count) = line.split_once(',')?;
        let number = number.parse().ok()?;
        let ran = count != "0";
        match missing.last_mut() {
            Some(stretch) if in_stretch && !ran => stretch.1 = number,
            _ if !ran => missing.push((number, number)),
            _ => {}
        }
        in_stretch = !ran;
    }
    Some(FileCoverage {
        path: path
            .strip_prefix(root)
            .unwrap_or(path)
            .display()
            .to_string(),
        lines: field("LF:")?.parse().ok()?,
        covered: field("LH:")?.parse().ok()?,
        missing,
    })
}

#[cfg(test)]
mod tests;
