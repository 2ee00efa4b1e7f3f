//! What the reports of all stages share.

use std::fs::Permissions;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::Builder;

use crate::error::Error;

pub mod github;
pub mod page;

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
