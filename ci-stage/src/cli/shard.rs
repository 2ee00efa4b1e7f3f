//! `--shard`: which share of the work is this machine's, and where it is left.

use std::path::PathBuf;

use crate::cargo::Workspace;
use crate::error::Error;
use crate::shard::{Shard, Sharding};

/// One share of several.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(id = "share")]
pub(crate) struct Arguments {
    /// Do one share of the work and leave it for `ci-stage merge`, which holds the gates
    #[arg(long, value_name = "K/N")]
    pub(crate) shard: Option<Shard>,
    /// Divide by these measured times [default: ci-timings.json, where it is there]
    #[arg(long, value_name = "FILE", requires = "shard")]
    timings: Option<PathBuf>,
    /// Leave the share in a folder below this one [default: target/ci/shards]
    #[arg(long, value_name = "DIR", requires = "shard")]
    output: Option<PathBuf>,
    /// Exit with 0 once the share is left, whatever came of it: `ci-stage merge` says it
    #[arg(long, requires = "shard")]
    defer: bool,
}

impl Arguments {
    /// How the work is divided, where this machine does only a share of it.
    pub(crate) fn sharding(&self, workspace: &Workspace) -> Result<Option<Sharding>, Error> {
        let Some(shard) = self.shard else {
            return Ok(None);
        };
        Ok(Some(Sharding {
            shard,
            timings: Sharding::timings(workspace, self.timings.as_deref())?,
            output: self.output.clone(),
            defer: self.defer,
        }))
    }
}
