//! What a lesson tells its learner, and what it asks.

use std::path::Path;

use serde::Serialize;

use super::prediction::{Choices, Chosen, Grade};
use crate::changes::Changes;
use crate::error::Error;

/// What is told, in the order in which it happens.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "tells", rename_all = "kebab-case")]
pub(super) enum Event {
    /// What the lesson is about.
    Story {
        number: usize,
        title: String,
        story: String,
        workspace: String,
    },
    /// What can be predicted.
    Question { question: String, choices: Choices },
    /// What was predicted; nothing when nobody was asked.
    Prediction {
        chosen: Option<Chosen>,
        choices: Choices,
    },
    /// A sentence before a step.
    Say { text: String },
    /// A command and what it printed.
    Command { line: String, output: String },
    /// A file that was written.
    Wrote { file: String, text: String },
    /// A text that was replaced.
    Edited {
        file: String,
        from: String,
        to: String,
    },
    /// What differs between two tables.
    Compared {
        before: String,
        after: String,
        changes: Changes,
    },
    /// What happened, and how the prediction compares with it.
    Graded {
        truth: Chosen,
        grade: Option<Grade>,
        choices: Choices,
    },
    /// Why it happened, and what to try next.
    Explained { why: Vec<String>, next: Vec<String> },
}

/// Who takes the lesson.
pub(super) trait Learner {
    /// Sees and hears.
    fn perceive(&mut self, event: &Event) -> Result<(), Error>;
    /// Predicts; nothing when there is nobody to ask.
    fn predict(&mut self, choices: &Choices) -> Result<Option<Chosen>, Error>;
    /// Writes a file, or leaves it to the lesson.
    fn write(&mut self, file: &Path) -> Result<bool, Error>;
}
