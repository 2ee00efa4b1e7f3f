//! Which of the mutants are judged this time.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::Path;
use std::process::Command;

use super::matrix::{Constant, Mutant, TestId};
use super::state::State;
use crate::cargo::process::{Streams, run};
use crate::error::Error;
use crate::suggest::did_you_mean;

/// What was asked for; empty lists leave everything in.
#[derive(Debug, Clone, Default)]
pub(super) struct Selection {
    pub(super) packages: Vec<String>,
    pub(super) files: Vec<String>,
    pub(super) constants: Vec<String>,
    /// The lines that changed, by file.
    pub(super) changed: Option<BTreeMap<String, Vec<RangeInclusive<usize>>>>,
}

impl Selection {
    /// The numbers of the chosen mutants.
    pub(super) fn mutants(&self, state: &State) -> Result<BTreeSet<u32>, Error> {
        self.check_names(state)?;
        let touched = self.touched_tests(state);
        let chosen = state
            .mutants
            .iter()
            .filter(|mutant| self.takes(state, mutant, &touched));
        Ok(chosen.map(|mutant| mutant.id).collect())
    }

    fn takes(&self, state: &State, mutant: &Mutant, touched: &BTreeSet<TestId>) -> bool {
        let constant = &state.constants[mutant.constant];
        let asked = || {
            let readers = state
                .readers
                .get(&constant.id)
                .into_iter()
                .flatten()
                .copied();
            let named_in = constant.uses.iter().filter_map(|one| one.in_test);
            readers.chain(named_in).any(|test| touched.contains(&test))
        };
        self.takes_constant(constant)
            && (self.changed.is_none() || self.is_changed(constant) || asked())
    }

    /// Whether package, file and name of a constant are those that were asked for.
    pub(super) fn takes_constant(&self, constant: &Constant) -> bool {
        let any = |wanted: &[String], matches: &dyn Fn(&String) -> bool| {
            wanted.is_empty() || wanted.iter().any(matches)
        };
        any(&self.packages, &|package| *package == constant.package)
            && any(&self.files, &|file| is_file(&constant.span.file, file))
            && any(&self.constants, &|name| is_named(constant, name))
    }

    fn is_changed(&self, constant: &Constant) -> bool {
        let lines = constant.span.line..=constant.span.end_line;
        self.touches(&constant.span.file, &lines)
    }

    fn touches(&self, file: &str, lines: &RangeInclusive<usize>) -> bool {
        let changed = self.changed.as_ref().and_then(|changed| changed.get(file));
        let overlaps = |hunk: &RangeInclusive<usize>| {
            hunk.start() <= lines.end() && lines.start() <= hunk.end()
        };
        changed.is_some_and(|hunks| hunks.iter().any(overlaps))
    }

    /// A changed test is asked about everything that it reads.
    fn touched_tests(&self, state: &State) -> BTreeSet<TestId> {
        let touched =
            state
                .tests
                .iter()
                .filter(|test| match (&test.file, test.line, test.end_line) {
                    (Some(file), Some(line), Some(end)) => self.touches(file, &(line..=end)),
                    _ => false,
                });
        touched.map(|test| test.id).collect()
    }

    pub(super) fn check_names(&self, state: &State) -> Result<(), Error> {
        for name in &self.constants {
            if !state
                .constants
                .iter()
                .any(|constant| is_named(constant, name))
            {
                return Err(Error::Usage(unknown(name, state)));
            }
        }
        for package in &self.packages {
            let known: BTreeSet<&str> = state
                .constants
                .iter()
                .map(|constant| constant.package.as_str())
                .collect();
            if !known.contains(package.as_str()) {
                let known: Vec<&str> = known.into_iter().collect();
                return Err(Error::Usage(format!(
                    "no package called `{package}` holds a constant; those that do: {}",
                    known.join(", ")
                )));
            }
        }
        for file in &self.files {
            if !state
                .constants
                .iter()
                .any(|constant| is_file(&constant.span.file, file))
            {
                return Err(Error::Usage(format!(
                    "no constant stands in a file called `{file}`; name it from the workspace's root"
                )));
            }
        }
        Ok(())
    }
}

fn is_file(path: &str, wanted: &str) -> bool {
    Path::new(path).ends_with(wanted.trim_start_matches("./"))
}

/// `TAX_RATE`, `policy::TAX_RATE` and `pricing::policy::TAX_RATE` are the same constant.
pub(super) fn is_named(constant: &Constant, name: &str) -> bool {
    let before = constant.path.strip_suffix(name);
    before.is_some_and(|before| before.is_empty() || before.ends_with("::"))
}

/// A name that nothing bears, with the most similar one that something does.
pub(super) fn unknown(name: &str, state: &State) -> String {
    let last = name.rsplit("::").next().unwrap_or(name);
    let names = state
        .constants
        .iter()
        .map(|constant| constant.name.as_str());
    let question = did_you_mean(last, names);
    format!("no constant is called `{name}`{question}\n  `ci-stage mutate --list` shows them all")
}

/// The lines that differ from a revision, new files included.
pub(super) fn changed_since(
    root: &Path,
    revision: &str,
) -> Result<BTreeMap<String, Vec<RangeInclusive<usize>>>, Error> {
    if revision.starts_with('-') {
        return Err(Error::Usage(format!("`{revision}` is no revision")));
    }
    let diff = git(
        root,
        &[
            "diff",
            "--relative",
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--dst-prefix=b/",
            revision,
            "--",
        ],
    )?;
    let mut changed = hunks(&diff);
    let new = git(root, &["ls-files", "--others", "--exclude-standard"])?;
    for file in new.lines() {
        changed.insert(file.to_owned(), vec![1..=usize::MAX]);
    }
    Ok(changed)
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, Error> {
    let mut git = Command::new("git");
    git.args(["-c", "core.quotePath=false"])
        .args(arguments)
        .current_dir(root);
    let finished = run(git, Streams::Capture, None)?;
    if finished.end.success() {
        Ok(finished.output)
    } else {
        Err(Error::Usage(format!(
            "git does not tell what changed: {}",
            finished.output.trim_end()
        )))
    }
}

/// The new lines of each hunk; of a pure removal the lines on both sides.
fn hunks(diff: &str) -> BTreeMap<String, Vec<RangeInclusive<usize>>> {
    let mut changed: BTreeMap<String, Vec<RangeInclusive<usize>>> = BTreeMap::new();
    let mut file = String::new();
    for line in diff.lines() {
        if let Some(path) = line.strip_prefix("+++ ") {
            // A file that is gone is `/dev/null` here, and of no constant's.
            path.strip_prefix("b/")
                .unwrap_or_default()
                .clone_into(&mut file);
        } else if let Some(lines) = line.strip_prefix("@@ ").and_then(new_lines) {
            changed.entry(file.clone()).or_default().push(lines);
        }
    }
    changed
}

/// The lines of `-12,3 +14,2 @@`.
fn new_lines(header: &str) -> Option<RangeInclusive<usize>> {
    let new = header.split(' ').find_map(|part| part.strip_prefix('+'))?;
    let (start, count) = new.split_once(',').unwrap_or((new, "1"));
    let (start, count): (usize, usize) = (start.parse().ok()?, count.parse().ok()?);
    Some(if count == 0 {
        start..=start + 1
    } else {
        start..=start + count - 1
    })
}

#[cfg(test)]
mod tests {
    use super::{hunks, new_lines};

    #[test]
    fn the_new_lines_of_a_diff_are_found() {
        assert_eq!(new_lines("-12,3 +14,2 @@ fn f()"), Some(14..=15));
        assert_eq!(new_lines("-1 +1 @@"), Some(1..=1));
        assert_eq!(new_lines("-5,2 +4,0 @@"), Some(4..=5));
        let diff =
            "diff --git a/x b/x\n--- a/x\n+++ b/src/x.rs\n@@ -1 +1,2 @@\n+a\n@@ -9 +10 @@\n+b\n";
        let changed = hunks(diff);
        assert_eq!(changed["src/x.rs"], [1..=2, 10..=10]);
        let gone = "--- a/src/y.rs\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-a\n";
        let changed = hunks(&format!("{diff}{gone}"));
        assert_eq!(changed["src/x.rs"], [1..=2, 10..=10]);
    }
}
