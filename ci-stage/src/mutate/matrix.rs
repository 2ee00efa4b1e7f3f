//! The result of a sweep: what was mutated, which test noticed, and how much slack is left.
//!
//! [`Matrix`] is the documented, versioned form in which a sweep is stored (`target/ci/mutate/matrix.json`)
//! and from which every report is rendered. Paths are relative to the workspace's root and use `/`;
//! lines and columns start at 1 and columns count characters; byte spans are half-open and count from
//! the start of the file. Durations are whole milliseconds. References between the lists are indices:
//! a [`ConstantId`] into [`Matrix::constants`], a [`TestId`] into [`Matrix::tests`].

use std::fmt;

use serde::{Deserialize, Serialize};

mod read;
mod schema;
mod slack;
mod strength;
mod summary;

pub use schema::SCHEMA;
pub use slack::{Bound, Slack};
pub use strength::{Standing, Strength};
pub use summary::Counts;

/// The version of this schema. A reader refuses a file with another major number.
pub const SCHEMA_VERSION: &str = "1.0";

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

/// What sort of item a constant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ConstantKind {
    /// `const` in a module or a body.
    Const,
    /// `static`.
    Static,
    /// `const` in an inherent `impl`.
    Associated,
    /// The default of a `const` in a `trait`.
    TraitDefault,
    /// `const` in an `impl Trait for Type`.
    TraitImpl,
}

/// Why a constant's value matters little to what a program computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LowValue {
    /// A buffer's or cache's capacity.
    Capacity,
    /// A time-out, an interval, a number of retries.
    Timeout,
    /// A seed.
    Seed,
    /// A version, a name, a user agent.
    Version,
    /// Text for people: logs, messages, help.
    Text,
}

impl fmt::Display for LowValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Capacity => "capacity",
            Self::Timeout => "time-out",
            Self::Seed => "seed",
            Self::Version => "version",
            Self::Text => "text",
        })
    }
}

/// How a constant's mutants reach the tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "by")]
pub enum Method {
    /// All of them live in one build and are switched at run time.
    Schema,
    /// Each is built anew.
    Rebuild {
        /// Why the build that holds all mutants cannot hold these.
        reason: String,
    },
}

/// A constant and where it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Constant {
    /// Its own index.
    pub id: ConstantId,
    /// Its name, without a path.
    pub name: String,
    /// Crate, modules, type and name: `pricing::policy::TAX_RATE`, `plan::Plan::MAX`.
    pub path: String,
    /// The package that holds it.
    pub package: String,
    /// What sort of item it is.
    pub kind: ConstantKind,
    /// The whole item, from its first keyword to the semicolon.
    pub span: Span,
    /// The initialiser.
    pub value_span: Span,
    /// The declared type, as written.
    pub type_text: String,
    /// The initialiser, as written.
    pub value_text: String,
    /// Set when the constant belongs to a group that is left out unless it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low_value: Option<LowValue>,
    /// How its mutants were tested.
    pub method: Method,
    /// Constants whose initialiser is built from this one, directly.
    pub feeds: Vec<ConstantId>,
    /// Where the compiler says it is used, definitions and imports apart.
    pub uses: Vec<Use>,
    /// The tests that read it when they run, directly or through a constant built from it.
    pub read_by: Vec<TestId>,
}

/// One resolved use of a constant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Use {
    /// Where its last path segment stands.
    pub span: Span,
    /// The test in whose body it stands: that test computes its expectation from the constant itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_test: Option<TestId>,
}

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
    /// The tests that failed, in the order of [`Matrix::tests`].
    pub killed_by: Vec<Kill>,
    /// The tests that ran past their time limit.
    pub timed_out: Vec<TestId>,
    /// The tests that read the constant and so were run.
    pub covered_by: Vec<TestId>,
    /// The compiler's first error, for an unviable mutant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compile_error: Option<String>,
    /// Wall time of its runs.
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
