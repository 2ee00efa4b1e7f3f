//! Which commit is being checked.

use std::fmt;
use std::path::Path;
use std::process::Command;

use crate::cargo::process::{Streams, run};
use crate::error::Error;

/// The commit of a working tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Twelve digits, or nothing outside of a Git repository with a commit.
    sha: Option<String>,
    /// Whether the tree holds something that no commit has.
    dirty: bool,
    /// When it was made, in seconds since 1970; nothing without a commit.
    time: Option<u64>,
}

impl Commit {
    /// Asks Git about the tree of a folder.
    ///
    /// # Errors
    /// [`Error::Interrupted`] after ^C. A missing Git is no error: there is no commit then.
    pub fn of(folder: &Path) -> Result<Self, Error> {
        let last = git(folder, &["log", "-1", "--abbrev=12", "--format=%h %ct"])?;
        let last = last.as_deref().and_then(|last| last.split_once(' '));
        let changes = git(folder, &["status", "--porcelain"])?;
        Ok(Self {
            sha: last.map(|(sha, _)| sha.to_owned()),
            time: last.and_then(|(_, time)| time.parse().ok()),
            dirty: changes.is_some_and(|changes| !changes.is_empty()),
        })
    }

    /// When it was made, in seconds since 1970.
    #[must_use]
    pub fn time(&self) -> u64 {
        self.time.unwrap_or_default()
    }
}

/// `9f3c2a7d1e0b`, `9f3c2a7d1e0b-dirty` for a tree with changes, `uncommitted` without a commit.
impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sha {
            Some(sha) if self.dirty => write!(f, "{sha}-dirty"),
            Some(sha) => write!(f, "{sha}"),
            None => write!(f, "uncommitted"),
        }
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Option<String>, Error> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    match run(command, Streams::Capture, None) {
        Ok(finished) if finished.end.success() => Ok(Some(finished.output.trim_end().to_owned())),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        _ => Ok(None),
    }
}
