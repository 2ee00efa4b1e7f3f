//! The result of a sweep: what was mutated, which test noticed, and how much slack is left.
//!
//! [`Matrix`] is the documented, versioned form in which a sweep is stored (`target/ci/mutate/matrix.json`)
//! and from which every report is rendered. Paths are relative to the workspace's root and use `/`;
//! lines and columns start at 1 and columns count characters; byte spans are half-open and count from
//! the start of the file. Durations are whole milliseconds. References between the lists are indices:
//! a [`ConstantId`] into [`Matrix::constants`], a [`TestId`] into [`Matrix::tests`].

use serde::{Deserialize, Serialize};

mod constant;
mod mutant;
mod read;
mod schema;
mod slack;
mod strength;
mod summary;

pub use constant::{Constant, ConstantKind, LowValue, Method, Use};
pub use mutant::{Kill, Mutant, TestedBy, Verdict};
pub use schema::SCHEMA;
pub use slack::{Bound, Slack};
pub use strength::{Standing, Strength};
pub use summary::Counts;

/// The version of this schema. A reader refuses a file with another major number.
pub const SCHEMA_VERSION: &str = "1.1";

/// Index of a [`Constant`] in [`Matrix::constants`].
pub type ConstantId = usize;

/// Index of a [`Test`] in [`Matrix::tests`].
pub type TestId = usize;

/// One sweep over the constants of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Matrix {
    /// [`SCHEMA_VERSION`] of the writer.
    pub schema_version: String,
    /// Who wrote the file.
    pub tool: Tool,
    /// Absolute path of the mutated workspace's root, to find its sources again.
    pub root: String,
    /// When the sweep began, RFC 3339 in UTC.
    pub started: String,
    /// Wall time of the whole sweep, everything included.
    pub duration_ms: u64,
    /// Hash of everything the result depends on: sources, lock file, selection, compiler, tool.
    pub inputs: String,
    /// What was asked for, as command-line arguments.
    pub selection: Vec<String>,
    /// The constants found, in the order of file and position.
    pub constants: Vec<Constant>,
    /// The mutants of those constants, in the order of constant and position.
    pub mutants: Vec<Mutant>,
    /// The tests that judged, by package and target, each target's in source order.
    pub tests: Vec<Test>,
    /// The interval of values that no test tells apart, for numeric literals.
    pub slack: Vec<Slack>,
    /// Constants that were left alone, and why.
    pub skipped: Vec<Skipped>,
    /// How many mutants met which end.
    pub counts: Counts,
    /// The comparison with real edits, where one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
}

/// Name and version of the writing tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tool {
    /// `ci-stage`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Span {
    /// The file, relative to the workspace's root.
    pub file: String,
    /// First byte.
    pub byte_start: usize,
    /// One past the last byte.
    pub byte_end: usize,
    /// Line of the first byte.
    pub line: usize,
    /// Column of the first byte.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column of the end, one past the last character.
    pub end_column: usize,
}

/// A test that judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Test {
    /// Its own index.
    pub id: TestId,
    /// Its package.
    pub package: String,
    /// Its target: a test file's name, or the library's or binary's for tests inside it.
    pub target: String,
    /// The target's kind, in cargo's words: `test`, `lib`, `bin`, `example`.
    pub target_kind: String,
    /// Its path in the target: `tests::adds_tax`.
    pub name: String,
    /// The file in which it stands, where the source shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line of its `fn`, where the source shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The line on which its `fn` ends, where the source shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_line: Option<usize>,
    /// Wall time alone and unmutated.
    pub baseline_ms: u64,
    /// Whether it changed its result between unmutated runs.
    pub flaky: bool,
    /// Whether it is marked `#[ignore]`, so that it judged nothing.
    pub ignored: bool,
}

/// A constant that was left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Skipped {
    /// Its path, as in [`Constant::path`].
    pub path: String,
    /// Where it stands.
    pub span: Span,
    /// Why it was left alone: `static mut`, `used in unsafe code`.
    pub reason: String,
}

/// Verdicts compared with real edits, test by test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Verification {
    /// How many mutants were applied as real edits.
    pub compared: usize,
    /// Where the two differ, flaky tests apart.
    pub differences: Vec<Difference>,
}

/// A mutant whose real edit ended otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Difference {
    /// The mutant.
    pub mutant: u32,
    /// The verdict in this sweep.
    pub swept: Verdict,
    /// The verdict of the real edit.
    pub edited: Verdict,
    /// The tests that failed in only one of the two.
    pub tests: Vec<TestId>,
}
