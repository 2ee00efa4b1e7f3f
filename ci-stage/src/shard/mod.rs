//! Tests and mutants divided among several machines, and put together into the result of one.
//!
//! Every machine works out the same division from the same list and the same times ([`divide`]),
//! does its share and leaves it in a folder ([`Part`]). Whoever has the folders of all takes them
//! as a [`Set`], which refuses whatever is not exactly one run: a share that is missing, there
//! twice, damaged, or of other sources, tools or wishes.

use std::path::{Path, PathBuf};

use crate::cargo::Workspace;
use crate::error::Error;
use crate::exit::ExitCode;

mod division;
mod draft;
mod identity;
mod leave;
mod maps;
mod merged;
mod part;
mod set;
mod timings;

pub(crate) use division::EXAMPLES;
pub use division::{Shard, Unit, divide};
pub(crate) use draft::Draft;
pub use identity::Identity;
pub use leave::{Left, tests};
pub(crate) use maps::{Maps, maps_of};
pub(crate) use merged::{Merged, MergedTests};
pub(crate) use part::MATRIX;
pub use part::{CoveragePart, Manifest, MutantPart, Part, TestPart, Work};
pub use set::Set;
pub use timings::{Timings, Weights};

/// The measured times that a workspace carries along.
pub const TIMINGS: &str = "ci-timings.json";

/// How the work of a run is divided, and which share of it is this machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharding {
    /// This machine's share.
    pub shard: Shard,
    /// The times by which it is divided.
    pub timings: Timings,
    /// Where the share is left, if not in the target folder.
    pub output: Option<PathBuf>,
    /// Whether what came of it is said only where the shares are merged.
    pub defer: bool,
}

impl Sharding {
    /// The times in the given file; without one those in `ci-timings.json` in the workspace's root,
    /// where that is there. Every machine has to have the same.
    ///
    /// # Errors
    /// [`Error::Usage`] when the file cannot be understood.
    pub fn timings(workspace: &Workspace, file: Option<&Path>) -> Result<Timings, Error> {
        let usual = workspace.root().join(TIMINGS);
        let file = file.or_else(|| usual.is_file().then_some(&*usual));
        Ok(file.map(Timings::read).transpose()?.unwrap_or_default())
    }

    /// The exit code of a share that was left: that of what came of it, unless that is for later.
    #[must_use]
    pub fn exit_code(&self, class: ExitCode) -> ExitCode {
        if self.defer { ExitCode::Passed } else { class }
    }
}
