//! What a tool says of a place in the source: a lint, a vulnerable dependency, a committed key.

use cargo_metadata::CompilerMessage;
use cargo_metadata::diagnostic::DiagnosticLevel;
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The stage is red because of it.
    Error,
    /// It is only shown.
    Warning,
}

/// A tool's word on a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// How bad it is.
    pub level: Level,
    /// The rule, as its tool names it: `clippy::needless_return`, `E0308`, `RUSTSEC-2021-0001`.
    pub code: Option<String>,
    /// What is wrong, in a line.
    pub message: String,
    /// The file, from the workspace's root.
    pub file: Option<String>,
    /// The first and the last line.
    pub lines: Option<(u32, u32)>,
    /// The column of the beginning.
    pub column: Option<u32>,
    /// All that the tool prints.
    pub rendered: String,
}

impl Diagnostic {
    /// What the compiler said, or `None` for its closing remarks (`1 warning emitted`).
    #[must_use]
    pub fn of_compiler(said: &CompilerMessage) -> Option<Self> {
        let message = &said.message;
        let level = match message.level {
            DiagnosticLevel::Error | DiagnosticLevel::Ice => Level::Error,
            DiagnosticLevel::Warning => Level::Warning,
            _ => return None,
        };
        let span = message.spans.iter().find(|span| span.is_primary);
        if span.is_none() && message.code.is_none() {
            return None;
        }
        let line = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Some(Self {
            level,
            code: message.code.as_ref().map(|code| code.code.clone()),
            message: message.message.clone(),
            file: span.map(|span| span.file_name.clone()),
            lines: span.map(|span| (line(span.line_start), line(span.line_end))),
            column: span.map(|span| line(span.column_start)),
            rendered: message.rendered.clone().unwrap_or_default(),
        })
    }

    /// All that the compiler said, each thing once: a library and its test build say the same.
    #[must_use]
    pub fn of_messages(messages: &[CompilerMessage]) -> Vec<Self> {
        let mut diagnostics: Vec<Self> = Vec::new();
        for diagnostic in messages.iter().filter_map(Self::of_compiler) {
            if !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
        diagnostics
    }

    /// `src/lib.rs:3`, where it has a place.
    #[must_use]
    pub fn place(&self) -> Option<String> {
        let file = self.file.as_ref()?;
        Some(match self.lines {
            Some((line, _)) => format!("{file}:{line}"),
            None => file.clone(),
        })
    }
}
