//! The mutants of a sweep: what each changes, and how it ended.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ConstantId, Span, TestId};

/// The end of a mutant, in Stryker's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// At least one test failed.
    Killed,
    /// Every test that reads the constant passed.
    Survived,
    /// No test reads the constant.
    NoCoverage,
    /// No test failed, but one ran past its time limit.
    Timeout,
    /// The change does not compile, so nobody can ship it.
    Unviable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Killed => "killed",
            Self::Survived => "survived",
            Self::NoCoverage => "no coverage",
            Self::Timeout => "timeout",
            Self::Unviable => "unviable",
        })
    }
}

/// Whether one build holds a mutant beside all others, or it was built alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TestedBy {
    /// Switched on at run time in the build of all mutants.
    Schema,
    /// A real edit of a copy, built and run.
    Rebuild,
    /// Not run: nothing reads it, or it does not compile.
    Nothing,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Mutant {
    /// Its own number, from 1.
    pub id: u32,
    /// The constant it changes.
    pub constant: ConstantId,
    /// The operator's name, as `--list` shows it: `digit`, `off-by-one`.
    pub operator: String,
    /// What names the literal in `--set`: `TIER_DISCOUNTS.gold`, `TABLE[1].1`, `TAX_RATE`.
    pub selector: String,
    /// The replaced text.
    pub span: Span,
    /// The text that stands there.
    pub original: String,
    /// The text that replaces it.
    pub replacement: String,
    /// How it ended.
    pub verdict: Verdict,
    /// Whether a test that decided is flaky, so that the verdict may change.
    pub flaky: bool,
    /// How it was tested.
    pub tested_by: TestedBy,
    /// The tests that failed, in the order of the matrix's `tests`.
    pub killed_by: Vec<Kill>,
    /// The tests that ran past their time limit.
    pub timed_out: Vec<TestId>,
    /// The tests that read the constant and so were run.
    pub covered_by: Vec<TestId>,
    /// The compiler's first error, for an unviable mutant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compile_error: Option<String>,
    /// Wall time of its runs, and of its build where it was built alone.
    pub duration_ms: u64,
}

/// A test that failed for a mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Kill {
    /// The test.
    pub test: TestId,
    /// The panic's message with both values, or how the process ended.
    pub message: String,
    /// The file of the panic, relative to the workspace's root where it lies in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line of the panic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}
