//! What is known of a workspace before any mutant is judged. It is kept, and as long as the inputs
//! stay as they are the next run begins here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::find::SiteKind;
use super::matrix::{Constant, ConstantId, Mutant, Skipped, Span, Test, TestId};
use super::runner::Case;
use crate::cargo::Built;

/// Everything up to the first mutant.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct State {
    /// Hash of all that it depends on.
    pub(super) inputs: String,
    pub(super) constants: Vec<Constant>,
    pub(super) literals: Vec<Literal>,
    /// All mutants, not judged yet but for those that do not compile.
    pub(super) mutants: Vec<Mutant>,
    pub(super) tests: Vec<Test>,
    pub(super) skipped: Vec<Skipped>,
    /// The build of all mutants, unless the workspace resists it.
    pub(super) schema: Option<BuiltCopy>,
    /// The tests that read a constant's value, directly or through what is built from it.
    pub(super) readers: BTreeMap<ConstantId, BTreeSet<TestId>>,
}

/// A built copy, as it lies on the disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct BuiltCopy {
    pub(super) manifest: PathBuf,
    pub(super) built: Built,
    pub(super) cases: Vec<Case>,
    /// Programs whose tests have to run one process each.
    pub(super) apart: BTreeSet<usize>,
}

/// A literal of a constant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Literal {
    pub(super) constant: ConstantId,
    pub(super) kind: SiteKind,
    /// How a person may name it, the best name last.
    pub(super) selectors: Vec<String>,
    /// The literal itself.
    pub(super) span: Span,
    /// The literal with its sign.
    pub(super) signed: Span,
    pub(super) text: String,
    /// The number under which the schema takes any value for it.
    pub(super) slot: Option<u32>,
    /// Whether a macro reads it, so that its type does not show.
    pub(super) in_macro: bool,
}
