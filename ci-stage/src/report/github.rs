//! GitHub's workflow commands: notes at a line of a pull request.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// How many warnings of one step GitHub shows; it drops the rest without a word.
pub const WARNINGS_PER_STEP: usize = 10;

/// The size of a step summary, in bytes, above which GitHub drops all of it.
pub const STEP_SUMMARY_BYTES: usize = 1 << 20;

/// How many errors of one step GitHub shows.
pub const ERRORS_PER_STEP: usize = 10;

/// How loud a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The step is red because of it.
    Error,
    /// It is only shown.
    Warning,
}

/// A note at a place in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// How loud it is.
    pub severity: Severity,
    /// The file, relative to the repository's root.
    pub file: String,
    /// The first and the last line.
    pub lines: (usize, usize),
    /// The headline.
    pub title: String,
    /// The text; it may have several lines.
    pub message: String,
}

/// A warning at a place in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The file, relative to the repository's root.
    pub file: String,
    /// The first and the last line.
    pub lines: (usize, usize),
    /// The headline.
    pub title: String,
    /// The text; it may have several lines.
    pub message: String,
}

/// The step that runs this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The root of the repository.
    pub repository: PathBuf,
    /// The file of the step's summary.
    pub summary: Option<PathBuf>,
}

impl Step {
    /// The step that GitHub's environment speaks of; none anywhere else.
    #[must_use]
    pub fn of_environment() -> Option<Self> {
        let is_github = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
        is_github.then(|| Self {
            repository: std::env::var_os("GITHUB_WORKSPACE").map_or_else(PathBuf::new, Into::into),
            summary: std::env::var_os("GITHUB_STEP_SUMMARY").map(Into::into),
        })
    }

    /// A workspace's file as GitHub names it: from the repository's root.
    #[must_use]
    pub fn path_in_repository(&self, workspace: &Path, file: &str) -> String {
        let folder = workspace.strip_prefix(&self.repository);
        let folder = folder.unwrap_or(Path::new(""));
        folder.join(file).display().to_string()
    }

    /// Appends Markdown to the step's summary, if it has one.
    ///
    /// # Errors
    /// [`Error::Io`] when that fails.
    pub fn append_summary(&self, markdown: &str) -> Result<(), Error> {
        let Some(file) = &self.summary else {
            return Ok(());
        };
        let opened = OpenOptions::new().create(true).append(true).open(file);
        let written = opened.and_then(|mut summary| summary.write_all(markdown.as_bytes()));
        written.map_err(Error::io("write", file))
    }
}

/// The workflow commands, the most important first; what GitHub would drop is counted in a notice.
#[must_use]
pub fn render(warnings: &[Warning]) -> String {
    let notes: Vec<Note> = warnings
        .iter()
        .cloned()
        .map(|warning| Note {
            severity: Severity::Warning,
            file: warning.file,
            lines: warning.lines,
            title: warning.title,
            message: warning.message,
        })
        .collect();
    commands(&notes)
}

/// The workflow commands of notes, the most important first; what GitHub would drop is counted.
#[must_use]
pub fn commands(notes: &[Note]) -> String {
    let mut commands = String::new();
    let kinds = [
        (Severity::Error, "error", ERRORS_PER_STEP),
        (Severity::Warning, "warning", WARNINGS_PER_STEP),
    ];
    for (severity, word, shown) in kinds {
        let of_kind: Vec<&Note> = notes
            .iter()
            .filter(|note| note.severity == severity)
            .collect();
        for note in of_kind.iter().take(shown) {
            let (first, last) = note.lines;
            // Writing to a string cannot fail.
            let _ = writeln!(
                commands,
                "::{word} file={},line={first},endLine={last},title={}::{}",
                property(&note.file),
                property(&note.title),
                data(&note.message),
            );
        }
        if of_kind.len() > shown {
            let _ = writeln!(
                commands,
                "::notice::+{} more {word}s; GitHub shows {shown} of a step",
                of_kind.len() - shown
            );
        }
    }
    commands
}

/// Escapes a command's text.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests;
