//! GitHub's workflow commands: notes at a line of a pull request.

use std::fmt::Write;

/// How many warnings of one step GitHub shows; it drops the rest without a word.
pub const WARNINGS_PER_STEP: usize = 10;

/// The size of a step summary, in bytes, above which GitHub drops all of it.
pub const STEP_SUMMARY_BYTES: usize = 1 << 20;

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

/// The workflow commands, the most important first; what GitHub would drop is counted in a notice.
#[must_use]
pub fn render(warnings: &[Warning]) -> String {
    let mut commands = String::new();
    for warning in warnings.iter().take(WARNINGS_PER_STEP) {
        let Warning {
            file,
            lines: (first, last),
            title,
            message,
        } = warning;
        // Writing to a string cannot fail.
        let _ = writeln!(
            commands,
            "::warning file={},line={first},endLine={last},title={}::{}",
            property(file),
            property(title),
            data(message),
        );
    }
    if let Some(more) = warnings.len().checked_sub(WARNINGS_PER_STEP + 1) {
        let _ = writeln!(
            commands,
            "::notice::+{} more warnings; GitHub shows {WARNINGS_PER_STEP} of a step",
            more + 1
        );
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
