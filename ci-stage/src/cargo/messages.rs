//! What cargo says on its standard output with `--message-format=json`.

use std::process::Command;

use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Artifact, BuildScript, CompilerMessage};
use serde::Deserialize;

use super::process::{Finished, Streams, run, run_until};
use super::workspace::Workspace;
use crate::error::Error;

/// Cargo's answer, sorted. `cargo_metadata::Message` is not used, because a tagged enum cannot
/// hold a number when `serde_json` keeps numbers as text (its `arbitrary_precision` feature).
#[derive(Debug, Default)]
pub(super) struct Messages {
    /// Whether cargo returned zero.
    pub(super) success: bool,
    pub(super) artifacts: Vec<Artifact>,
    pub(super) build_scripts: Vec<BuildScript>,
    /// All that the compiler said, with its places.
    pub(super) compiler: Vec<CompilerMessage>,
    /// The compiler's errors.
    pub(super) diagnostics: Diagnostics,
}

/// The errors that a compiler reported.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    /// Whether cargo returned zero.
    pub success: bool,
    /// The errors as the compiler prints them.
    pub rendered: String,
    /// Lints that were raised to errors.
    pub lints: usize,
    /// Errors of the language itself.
    pub errors: usize,
}

#[derive(Deserialize)]
struct Reason<'a> {
    reason: &'a str,
}

impl Messages {
    /// Runs a cargo command that was given a JSON message format, its progress shown.
    pub(super) fn of(command: Command) -> Result<Self, Error> {
        Ok(Self::read(&run(command, Streams::CaptureStdout, None)?))
    }

    /// Runs it without a sound. What is no message is an error when the compiler has none.
    ///
    /// A constant whose evaluation does not end is an error by default; where that is lowered to a
    /// warning, the compiler would go on for ever.
    pub(super) fn quietly(command: Command) -> Result<Self, Error> {
        const ENDLESS: &str = "constant evaluation is taking a long time";
        let finished = run_until(command, Streams::Capture, None, Some(ENDLESS))?;
        let mut messages = Self::read(&finished);
        if messages.diagnostics.rendered.is_empty() {
            let told = finished
                .output
                .lines()
                .filter(|line| !line.starts_with('{'));
            messages.diagnostics.rendered = told.collect::<Vec<_>>().join("\n");
        }
        Ok(messages)
    }

    fn read(finished: &Finished) -> Self {
        let success = finished.end.success();
        let mut messages = Self {
            success,
            ..Self::default()
        };
        messages.diagnostics.success = success;
        for line in finished.output.lines() {
            messages.add(line);
        }
        messages
    }

    fn add(&mut self, line: &str) {
        match serde_json::from_str(line).map(|Reason { reason }| reason) {
            Ok("compiler-artifact") => self.artifacts.extend(serde_json::from_str(line)),
            Ok("build-script-executed") => self.build_scripts.extend(serde_json::from_str(line)),
            Ok("compiler-message") => {
                if let Ok(message) = serde_json::from_str::<CompilerMessage>(line) {
                    self.diagnostics.add(&message);
                    self.compiler.push(message);
                }
            }
            _ => {}
        }
    }
}

impl Diagnostics {
    /// Whether the code itself is wrong, and not only what lints say of it.
    #[must_use]
    pub fn does_not_build(&self) -> bool {
        !self.success && (self.lints == 0 || self.errors > 0)
    }

    fn add(&mut self, CompilerMessage { message, .. }: &CompilerMessage) {
        if !matches!(message.level, DiagnosticLevel::Error | DiagnosticLevel::Ice) {
            return;
        }
        let rendered = message.rendered.as_ref().unwrap_or(&message.message);
        // A library and its test build report the same line twice.
        if self.rendered.contains(rendered) {
            return;
        }
        self.rendered.push_str(rendered);
        // `E0308` is the language's; a lint has a name; a syntax error has no code at all.
        match &message.code {
            Some(code) if !code.code.starts_with('E') => self.lints += 1,
            _ if rendered.contains("aborting due to ") => {}
            _ => self.errors += 1,
        }
    }
}

/// Runs a cargo command that compiles, and gives the compiler's errors and all that it said.
///
/// # Errors
/// [`Error::Setup`] when cargo cannot be started; [`Error::Interrupted`] after ^C.
pub fn diagnose(
    workspace: &Workspace,
    subcommand: &[&str],
    extra: &[&str],
    colour: bool,
) -> Result<(Diagnostics, Vec<CompilerMessage>), Error> {
    let mut command = workspace.cargo(subcommand);
    command.arg(if colour {
        "--message-format=json-diagnostic-rendered-ansi"
    } else {
        "--message-format=json"
    });
    command.args(extra);
    diagnose_command(command)
}

/// The same for a cargo command that names its JSON message format itself.
///
/// # Errors
/// [`Error::Setup`] when cargo cannot be started; [`Error::Interrupted`] after ^C.
pub fn diagnose_command(command: Command) -> Result<(Diagnostics, Vec<CompilerMessage>), Error> {
    let messages = Messages::of(command)?;
    Ok((messages.diagnostics, messages.compiler))
}
