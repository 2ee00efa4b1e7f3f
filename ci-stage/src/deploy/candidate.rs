//! The artifact that is to be delivered: which one, and whether it may go anywhere at all.

use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::place::Place;
use super::short;
use crate::artifact::{Artifact, ENDING};
use crate::cargo::Workspace;
use crate::commit::Commit;
use crate::error::Error;
use crate::settings::Settings;

/// Reads the artifact that is named, or that of the commit that is checked out, and refuses one
/// that the pipeline has not wholly passed.
pub(super) fn find(
    workspace: &Workspace,
    settings: &Settings,
    named: Option<&Path>,
) -> Result<Artifact, Error> {
    let archive = match named {
        Some(archive) => archive.to_path_buf(),
        None => of_this_commit(workspace, settings)?,
    };
    let artifact = Artifact::read(&archive)?;
    artifact.deliverable(workspace, settings)?;
    Ok(artifact)
}

fn of_this_commit(workspace: &Workspace, settings: &Settings) -> Result<PathBuf, Error> {
    let commit = Commit::of(workspace.root())?;
    let name = settings.package_name(workspace);
    let archive = format!("{name}-{commit}{ENDING}");
    Ok(workspace.root().join("dist").join(archive))
}

/// Refuses what the environment before has not proven.
pub(super) fn proven_before(
    workspace: &Workspace,
    settings: &Settings,
    environment: &Environment,
    digest: &str,
) -> Result<(), Error> {
    let Some(before) = &environment.settings.after else {
        return Ok(());
    };
    let before = Environment::find(workspace, settings, before)?;
    let place = Place::visit(workspace, &before)?;
    if place.log.has_proven(digest) {
        return Ok(());
    }
    Err(Error::Gate(format!(
        "{} takes only what {} has proven, and {} is not: run `ci-stage deploy {}` first",
        environment.name,
        before.name,
        short(digest),
        before.name
    )))
}
