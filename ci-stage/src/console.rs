//! Where results for people go: standard output, unless a program reads that.

use std::fmt::Display;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

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

/// What a stage writes to. A stage that runs beside another is heard when that has ended.
#[derive(Debug)]
pub struct Console {
    format: Format,
    held: Option<Mutex<Vec<String>>>,
}

impl Console {
    /// Writes at once.
    #[must_use]
    pub fn open(format: Format) -> Self {
        Self { format, held: None }
    }

    /// Keeps what is said until [`Console::release`].
    #[must_use]
    pub fn held(format: Format) -> Self {
        let held = Some(Mutex::default());
        Self { format, held }
    }

    /// What standard output holds.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// Writes text for people.
    pub fn say(&self, text: impl Display) {
        match &self.held {
            None => self.format.say(text),
            Some(held) => {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                held.push(text.to_string());
            }
        }
    }

    /// Writes what was kept.
    pub fn release(self) {
        let held = self.held.unwrap_or_default().into_inner();
        for text in held.unwrap_or_else(PoisonError::into_inner) {
            self.format.say(text);
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
