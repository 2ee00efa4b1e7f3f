//! The secrets stage: keys and tokens in files that are, or would be, committed.
//!
//! The rules are those of gitleaks (`rules/gitleaks.toml`). A line with `gitleaks:allow` is
//! allowed, and so are the fingerprints in `.gitleaksignore`, as in gitleaks itself.

mod rules;

use super::Context;
use super::report::Outcome;
use crate::diagnostic::{Diagnostic, Level};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::parallel;
use crate::plural::counted;
use crate::sources::Sources;
use rules::Rules;

/// Larger files are data; gitleaks leaves them out by the same measure.
const LARGEST: u64 = 10 << 20;

pub(super) fn run(context: &Context) -> Result<Outcome, Error> {
    let sources = Sources::of(&context.workspace)?;
    let rules = Rules::load()?;
    let ignored = std::fs::read_to_string(context.workspace.root().join(".gitleaksignore"));
    let ignored = ignored.unwrap_or_default();
    let files: Vec<_> = sources.files().collect();
    let found = parallel::map(&files, parallel::cores(), |_, (name, path)| {
        let small = std::fs::symlink_metadata(path);
        if !small.is_ok_and(|about| about.is_file() && about.len() <= LARGEST) {
            return Ok(Vec::new());
        }
        let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
        // Text is what may hold a token; anything else has a zero byte early.
        if bytes.iter().take(8_000).any(|byte| *byte == 0) {
            return Ok(Vec::new());
        }
        Ok(rules.search(name, &String::from_utf8_lossy(&bytes)))
    })?;
    let found = found.into_iter().flatten();
    let found: Vec<Diagnostic> = found
        .filter(|secret| {
            !ignored
                .lines()
                .any(|line| line.trim() == secret.fingerprint())
        })
        .map(|secret| secret.diagnostic())
        .collect();
    Ok(judge(context, found, files.len()))
}

fn judge(context: &Context, found: Vec<Diagnostic>, files: usize) -> Outcome {
    if found.is_empty() {
        let files = counted(files, "file");
        let summary = format!("none in {files}");
        context
            .console
            .say(format!("SECRETS PASSED: no key or token in {files}"));
        return Outcome::new(ExitCode::Passed, summary);
    }
    for secret in &found {
        context.console.say(&secret.rendered);
    }
    let summary = format!("{} found", found.len());
    context.console.say(format!(
        "SECRETS FAILED: {summary}: revoke each, take it out, and if it is none write \
         `gitleaks:allow` beside it, stopping the pipeline"
    ));
    let outcome = Outcome::new(ExitCode::Gate, summary);
    outcome.finding(found).repeated_by("ci-stage run secrets")
}

/// A key or token in a file.
struct Secret {
    rule: String,
    description: String,
    file: String,
    line: u32,
    column: u32,
    /// The beginning of it: enough to find it, too little to use it.
    shown: String,
}

impl Secret {
    /// As `.gitleaksignore` has it.
    fn fingerprint(&self) -> String {
        format!("{}:{}:{}", self.file, self.rule, self.line)
    }

    fn diagnostic(&self) -> Diagnostic {
        let Self {
            rule,
            description,
            file,
            line,
            column,
            shown,
        } = self;
        Diagnostic {
            level: Level::Error,
            code: Some(rule.clone()),
            message: description.clone(),
            file: Some(file.clone()),
            lines: Some((*line, *line)),
            column: Some(*column),
            rendered: format!("{file}:{line}:{column}: {rule}: {shown}... {description}"),
        }
    }
}
