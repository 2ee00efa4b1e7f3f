//! Where results for people go: standard output, unless a program reads that.

use std::fmt::Display;
use std::io::Write;

/// What standard output holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Text for people.
    #[default]
    Text,
    /// The verdict as JSON; text for people goes to standard error.
    Json,
}

impl Format {
    /// Writes text for people.
    pub fn say(self, text: impl Display) {
        let text = text.to_string();
        match self {
            Self::Text => print(text.trim_end()),
            Self::Json => complain(text.trim_end()),
        }
    }
}

/// Writes a line to standard output. A reader that has gone away is no reason to stop a stage.
pub fn print(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Writes a line to standard error.
pub fn complain(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
