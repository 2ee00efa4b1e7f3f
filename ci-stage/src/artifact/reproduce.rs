//! `ci-stage build --check`: whether the same sources give the same bytes in another folder.

use std::fs;

use tempfile::TempDir;

use super::image::{self, Made};
use super::package::{Package, copy, package};
use crate::cargo::Workspace;
use crate::commit::Commit;
use crate::error::Error;
use crate::settings::Settings;
use crate::sources::Sources;

/// What came of building elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// The bytes are the same.
    Same,
    /// The files of the package that are not, or the archive's name when all of them are.
    Different(Vec<String>),
}

/// Copies the sources to a folder with a longer name, builds and packages there from nothing, and
/// compares with the package here.
///
/// # Errors
/// Those of [`package`].
pub fn reproduce(
    workspace: &Workspace,
    settings: &Settings,
    commit: &Commit,
    here: &Package,
    image_here: &Made,
) -> Result<Comparison, Error> {
    let scratch = TempDir::with_prefix("ci-stage-build-again-in-a-folder-of-another-name-");
    let scratch = scratch.map_err(Error::io("create", &std::env::temp_dir()))?;
    let root = workspace.root();
    for (name, file) in Sources::of(workspace)?.files() {
        if file.starts_with(root) && file.is_file() {
            copy(file, &scratch.path().join(name))?;
        }
    }
    let manifest = scratch.path().join("Cargo.toml");
    let elsewhere = Workspace::find(Some(&manifest))?
        .with_environment(workspace.environment().clone())
        .with_target_directory(&scratch.path().join("target-elsewhere"))?;
    let Some(there) = package(&elsewhere, settings, commit)? else {
        return Ok(Comparison::Different(vec!["no binary was built".into()]));
    };
    if there.digest == here.digest {
        let image = image::make(&elsewhere, settings, commit, &there)?;
        return Ok(if image == *image_here {
            Comparison::Same
        } else {
            Comparison::Different(vec![format!("{}{}", here.title, image::ENDING)])
        });
    }
    let sums = |package: &Package| {
        let sums = fs::read_to_string(package.folder.join("SHA256SUMS"));
        sums.unwrap_or_default()
    };
    let (here_sums, there_sums) = (sums(here), sums(&there));
    let differ = there_sums.lines().filter(|line| !here_sums.contains(*line));
    let mut names: Vec<String> = differ
        .filter_map(|line| line.split_once("  "))
        .map(|(_, name)| name.to_owned())
        .collect();
    if names.is_empty() {
        names.push(format!("{}{}", here.title, super::ENDING));
    }
    Ok(Comparison::Different(names))
}
