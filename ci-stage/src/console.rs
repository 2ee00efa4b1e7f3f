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
    /// Writes text for people. A reader that has gone away is no reason to stop the stage.
    pub fn say(self, text: impl Display) {
        let text = text.to_string();
        let text = text.trim_end();
        let _ = match self {
            Self::Text => writeln!(std::io::stdout(), "{text}"),
            Self::Json => writeln!(std::io::stderr(), "{text}"),
        };
    }
}
