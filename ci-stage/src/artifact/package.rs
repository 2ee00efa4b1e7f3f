//! Building for release and packaging, so that the same commit gives the same bytes anywhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{ENDING, archive, bill};
use crate::cargo::{Release, Workspace, build_release, rustc_version};
use crate::commit::Commit;
use crate::error::Error;
use crate::settings::Settings;
use crate::sources::hash;

/// A package in `dist`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// `NAME-COMMIT`
    pub title: String,
    /// The folder.
    pub folder: PathBuf,
    /// The archive with the same content.
    pub archive: PathBuf,
    /// The archive's SHA-256.
    pub digest: String,
}

/// Builds for release and packages what was built; `None` when there is no binary.
///
/// # Errors
/// [`Error::DoesNotBuild`] with the compiler's messages; [`Error::Io`] when a file cannot be
/// written, and then an earlier package stays as it was.
pub fn package(
    workspace: &Workspace,
    settings: &Settings,
    commit: &Commit,
) -> Result<Option<Package>, Error> {
    let epoch = commit.time();
    let release = Release {
        names: settings.bins.as_deref(),
        commit: &commit.to_string(),
        epoch,
        // Whether this machine can make an image does not change what the programs are.
        statically: settings.image.is_some(),
    };
    let binaries = build_release(workspace, release)?;
    if binaries.is_empty() {
        return Ok(None);
    }
    let root = workspace.root();
    let name = settings.package_name(workspace);
    let title = format!("{name}-{commit}");
    let dist = root.join("dist");
    fs::create_dir_all(&dist).map_err(Error::io("create", &dist))?;
    // What is built is not source: without this line a package would make its own tree dirty.
    write(&dist.join(".gitignore"), "*\n")?;
    let scratch =
        TempDir::with_prefix_in(".package-", &dist).map_err(Error::io("create", &dist))?;
    let folder = scratch.path().join("new");
    fs::create_dir(&folder).map_err(Error::io("create", &folder))?;
    for (_, binary) in &binaries {
        copy(binary, &folder.join(binary.file_name().unwrap_or_default()))?;
    }
    for file in licences(root)?.iter().chain(&settings.files) {
        copy(&root.join(file), &folder.join(file))?;
    }
    let members: BTreeSet<_> = binaries.into_iter().map(|(package, _)| package).collect();
    let bill = bill::of(workspace, &name, &commit.to_string(), &members)?;
    write(&folder.join("sbom.cdx.json"), &bill)?;
    let version = format!("{name} {commit}\n{}\n", rustc_version()?);
    write(&folder.join("VERSION"), &version)?;
    write(&folder.join("SHA256SUMS"), &checksums(&folder)?)?;
    let packed = scratch.path().join("new.tar.zst");
    archive::pack(&folder, &title, epoch, &packed)?;
    let package = Package {
        folder: dist.join(&title),
        archive: dist.join(format!("{title}{ENDING}")),
        digest: digest(&packed)?,
        title,
    };
    package.replace(scratch.path(), &folder, &packed)?;
    Ok(Some(package))
}

impl Package {
    /// Puts folder and archive in their places; an earlier package of the same commit moves into
    /// the scratch folder and goes with it.
    fn replace(&self, scratch: &Path, folder: &Path, packed: &Path) -> Result<(), Error> {
        if self.folder.exists() {
            fs::rename(&self.folder, scratch.join("old"))
                .map_err(Error::io("replace", &self.folder))?;
        }
        fs::rename(folder, &self.folder).map_err(Error::io("create", &self.folder))?;
        fs::rename(packed, &self.archive).map_err(Error::io("create", &self.archive))
    }
}

/// The SHA-256 of a file.
pub(super) fn digest(file: &Path) -> Result<String, Error> {
    let bytes = fs::read(file).map_err(Error::io("read", file))?;
    Ok(hash(&bytes))
}

/// Copies a file, and makes the folders above it.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    fs::copy(from, to)
        .map(drop)
        .map_err(Error::io("copy", from))
}

fn write(file: &Path, text: &str) -> Result<(), Error> {
    fs::write(file, text).map_err(Error::io("write", file))
}

/// The files of the workspace's root that state its licence.
fn licences(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(root).map_err(Error::io("read", root))?;
    let files = entries.flatten().filter(|entry| entry.path().is_file());
    let mut names: Vec<PathBuf> = files.map(|entry| entry.file_name().into()).collect();
    names.retain(|name| {
        let name = name.to_string_lossy().to_uppercase();
        let openings = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
        openings.iter().any(|opening| name.starts_with(opening))
    });
    names.sort();
    Ok(names)
}

/// One line a file, as `sha256sum --check` reads it.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read.
pub fn checksums(folder: &Path) -> Result<String, Error> {
    let mut text = String::new();
    for name in archive::files(folder)? {
        let digest = digest(&folder.join(&name))?;
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{digest}  {}", name.display());
    }
    Ok(text)
}
