//! The folder of a share while it is being filled.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::part::{MANIFEST, Manifest, Part, SUMS, VERSION, Work, sums};
use super::{Identity, Shard, Sharding};
use crate::cargo::Workspace;
use crate::error::Error;

/// A folder that is being filled; it appears at its place whole or not at all.
pub(crate) struct Draft {
    folder: TempDir,
    place: PathBuf,
}

impl Draft {
    /// Begins a share. What an earlier run left at its place goes away, and so do shares that can
    /// no longer be merged with it, because they are of other sources or of another division.
    pub(crate) fn begin(
        workspace: &Workspace,
        kind: &str,
        sharding: &Sharding,
        identity: &Identity,
    ) -> Result<Self, Error> {
        let Shard { number, of } = sharding.shard;
        let usual = || workspace.target_directory().join("ci/shards");
        let above = sharding.output.clone().unwrap_or_else(usual);
        let place = above.join(format!("{kind}-{number}-of-{of}"));
        fs::create_dir_all(&above).map_err(Error::io("create", &above))?;
        for other in folders(&above, kind)? {
            let fits = |part: &Part| {
                let its = part.manifest.shard;
                its.of == of && part.manifest.identity.sources == identity.sources
            };
            if other == place || !Part::read(&other).is_ok_and(|part| fits(&part)) {
                fs::remove_dir_all(&other).map_err(Error::io("remove", &other))?;
            }
        }
        let folder = tempfile::Builder::new().prefix(".new-").tempdir_in(&above);
        let folder = folder.map_err(Error::io("create", &above))?;
        Ok(Self { folder, place })
    }

    /// Where a file of the share is written.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes what the share was, and puts the folder at its place.
    pub(crate) fn finish(
        self,
        shard: Shard,
        identity: Identity,
        divided_by: &str,
        work: Work,
    ) -> Result<PathBuf, Error> {
        let manifest = Manifest {
            version: VERSION,
            shard,
            identity,
            divided_by: divided_by.to_owned(),
            work,
        };
        let text = serde_json::to_string_pretty(&manifest)
            .map_err(|error| Error::Setup(format!("cannot write a shard: {error}")))?;
        let write = |name: &str, text: &str| {
            let file = self.file(name);
            fs::write(&file, text).map_err(Error::io("write", &file))
        };
        write(MANIFEST, &(text + "\n"))?;
        let sums = sums(self.folder.path())?;
        let lines = sums.iter().map(|(name, sum)| format!("{sum}  {name}\n"));
        write(SUMS, &lines.collect::<String>())?;
        let folder = self.folder.keep();
        fs::rename(&folder, &self.place).map_err(Error::io("write", &self.place))?;
        Ok(self.place)
    }
}

/// The folders of one kind of work.
fn folders(above: &Path, kind: &str) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(above).map_err(Error::io("read", above))?;
    let folders = entries.flatten().filter(|entry| {
        let name = entry.file_name();
        let is_kind = |rest: &str| rest.starts_with('-');
        let name = name.to_string_lossy();
        name.strip_prefix(kind).is_some_and(is_kind) && entry.path().is_dir()
    });
    Ok(folders.map(|entry| entry.path()).collect())
}
