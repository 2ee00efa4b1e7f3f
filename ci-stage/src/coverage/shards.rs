//! Coverage of a run that was divided: profiles go from machine to machine, programs do not.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Elsewhere, Profiles, profiles_in, sources};
use crate::cargo::Workspace;
use crate::error::Error;
use crate::tools::llvm;

impl Profiles {
    /// The programs whose maps say what can be counted.
    pub(crate) fn programs(&self) -> &[PathBuf] {
        &self.objects
    }

    /// This machine, for whoever counts on another.
    pub(crate) fn here(workspace: &Workspace) -> Result<Elsewhere, Error> {
        Ok(Elsewhere {
            root: workspace.root().to_path_buf(),
            ignored: sources::ignored(workspace)?,
        })
    }

    /// Whether the profiles of the tests merge; a killed program may leave a torn one.
    pub(crate) fn are_whole(&self) -> Result<bool, Error> {
        self.pack_tests(&self.merged())
    }

    /// Merges the profiles of the tests into one file; false where one of them is torn.
    pub(crate) fn pack_tests(&self, to: &Path) -> Result<bool, Error> {
        let folders = [self.tests(), self.built.clone()];
        self.merge(&llvm::required()?, &folders, to)
    }

    /// Does the same with those of the examples in the documentation, where there are any.
    pub(crate) fn pack_doctests(&self, to: &Path) -> Result<bool, Error> {
        if profiles_in(&self.doctests()).is_empty() {
            return Ok(false);
        }
        self.merge(&llvm::required()?, &[self.doctests()], to)
    }

    /// The profiles that machines have packed, with the maps of the first of them.
    pub(crate) fn of_shards(
        folder: &Path,
        tests: &[PathBuf],
        doctests: &[PathBuf],
        maps: Vec<PathBuf>,
        elsewhere: Elsewhere,
    ) -> Result<Self, Error> {
        let profiles = Self {
            folder: folder.to_path_buf(),
            built: folder.join("build"),
            objects: maps,
            elsewhere: Some(elsewhere),
        };
        profiles.empty()?;
        for (files, into) in [(tests, profiles.tests()), (doctests, profiles.doctests())] {
            for (number, file) in files.iter().enumerate() {
                let copy = into.join(format!("{number:06}.profdata"));
                fs::copy(file, &copy).map_err(Error::io("read", file))?;
            }
        }
        Ok(profiles)
    }

    /// Whether other machines ran the tests, so that they cannot be run again here.
    pub(crate) fn are_from_elsewhere(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// Puts the workspace's own root before paths that lead into its root on another machine.
    pub(super) fn with_paths_of(&self, workspace: &Workspace, lcov: String) -> String {
        let root = workspace.root();
        let there = self.elsewhere.as_ref().map(|one| &one.root);
        let Some(there) = there.filter(|there| there.as_path() != root) else {
            return lcov;
        };
        let from = format!("SF:{}/", there.display());
        let to = format!("SF:{}/", root.display());
        let lines = lcov.split_inclusive('\n');
        let moved = lines.map(|line| match line.strip_prefix(&from) {
            Some(rest) => format!("{to}{rest}"),
            None => line.to_owned(),
        });
        moved.collect()
    }
}
