//! What the reports of all stages share.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use clap::ValueEnum;
use tempfile::Builder;

use crate::cargo::Workspace;
use crate::error::Error;
use crate::stage::State;
use crate::verdict::Verdict;

mod cobertura;
pub mod github;
mod html;
mod junit;
mod kind;
mod markdown;
pub mod page;
mod sarif;
pub mod terminal;
mod workflow;

pub use kind::{Kind, Material};
pub use workflow::annotations;

/// The permissions of a new file, from which the user's mask takes its part.
const READABLE: u32 = 0o666;

/// Writes a file and the folders above it: a reader finds all of the text or what was there before.
///
/// # Errors
/// [`Error::Io`] when it cannot be written.
pub fn write_whole(file: &Path, text: &str) -> Result<(), Error> {
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let mut scratch = Builder::new();
    // A report is for others to read; a temporary file would be its owner's alone.
    scratch.permissions(Permissions::from_mode(READABLE));
    let mut scratch = scratch
        .tempfile_in(folder)
        .map_err(Error::io("write", file))?;
    let written = scratch.write_all(text.as_bytes());
    written.map_err(Error::io("write", file))?;
    let kept = scratch.persist(file).map_err(|error| error.error);
    kept.map(drop).map_err(Error::io("write", file))
}

/// Writes every report of a verdict below the target folder.
///
/// # Errors
/// Those of [`Kind::render`], and [`Error::Io`] when a file cannot be written.
pub fn write_all(workspace: &Workspace, verdict: &Verdict) -> Result<(), Error> {
    let material = Material::of(workspace, verdict);
    let folder = workspace.target_directory().join("ci");
    for kind in Kind::value_variants() {
        write_whole(&folder.join(kind.file_name()), &kind.render(&material)?)?;
    }
    Ok(())
}

/// On GitHub, shows a run where people look: at the lines of the change and on the job's page.
///
/// # Errors
/// [`Error::Io`] when the page cannot be written; [`Error::Interrupted`] after ^C.
pub fn publish(workspace: &Workspace, verdict: &Verdict) -> Result<(), Error> {
    if std::env::var_os("GITHUB_ACTIONS").is_none_or(|set| set != "true") {
        return Ok(());
    }
    // Each step of a pipeline tells its own stages.
    let mut verdict = verdict.clone();
    verdict.stages.retain(|stage| stage.state != State::Earlier);
    let verdict = &verdict;
    let changed = crate::base::changed_files(workspace)?;
    // On standard error, where it cannot mix with results; GitHub reads both.
    crate::console::complain(annotations(verdict, &changed).trim_end());
    if let Some(page) = std::env::var_os("GITHUB_STEP_SUMMARY") {
        let material = Material::of(workspace, verdict);
        let text = Kind::StepSummary.render(&material)?;
        let page = Path::new(&page);
        let mut file = std::fs::File::options()
            .append(true)
            .create(true)
            .open(page)
            .map_err(Error::io("write", page))?;
        file.write_all(text.as_bytes())
            .map_err(Error::io("write", page))?;
    }
    Ok(())
}
