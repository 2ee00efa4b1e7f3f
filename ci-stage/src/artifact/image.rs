//! The package as an OCI image, made by buildah without a Docker engine: `dist/NAME-COMMIT.oci`.
//!
//! It holds the files of the archive in `/NAME` and nothing else, so its programs are linked
//! statically. The same archive gives the same image.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use tempfile::TempDir;
use walkdir::WalkDir;

use super::archive::unpack;
use super::package::Package;
use crate::cargo::Workspace;
use crate::cargo::process::{Streams, run};
use crate::commit::Commit;
use crate::error::Error;
use crate::settings::{ImageSettings, Settings};

/// What ends the name of an image's folder.
pub const ENDING: &str = ".oci";

/// What is said where buildah is missing.
pub const NO_TOOL: &str = "NO IMAGE WAS MADE: the settings ask for one, and `buildah` is missing; \
     on Debian `apt-get install -y --no-install-recommends buildah` brings it";

/// What became of the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Made {
    /// The settings ask for none.
    NotAsked,
    /// The program that makes it is missing.
    NoTool,
    /// It is there.
    Image {
        /// Of its manifest, `sha256:...`, as registries and `skopeo inspect` name it.
        digest: String,
    },
}

/// Makes the image that the settings ask for, beside the package.
///
/// # Errors
/// [`Error::Configuration`] when the entry point is no file of the package; [`Error::Setup`] with
/// buildah's words when it fails.
pub fn make(
    workspace: &Workspace,
    settings: &Settings,
    commit: &Commit,
    package: &Package,
) -> Result<Made, Error> {
    let Some(image) = &settings.image else {
        return Ok(Made::NotAsked);
    };
    let entrypoint = package.folder.join(&image.entrypoint);
    if !entrypoint.is_file() {
        return Err(Error::Configuration {
            file: workspace.manifest(),
            message: format!(
                "[workspace.metadata.ci-stage]: image.entrypoint: the package holds no file `{}`; \
                 `ls dist/{}` shows what it holds",
                image.entrypoint, package.title
            ),
        });
    }
    let mut version = Command::new("buildah");
    version.arg("--version");
    if !run(version, Streams::Capture, None).is_ok_and(|finished| finished.end.success()) {
        return Ok(Made::NoTool);
    }
    let place = package
        .folder
        .with_file_name(format!("{}{ENDING}", package.title));
    let scratch = TempDir::with_prefix_in(".image-", place.parent().unwrap_or(&place));
    let scratch = scratch.map_err(Error::io("create", &place))?;
    let name = settings.package_name(workspace);
    let fresh = Builder::new(scratch.path()).image(image, &name, commit, package)?;
    let digest = digest(&fresh)?;
    if place.exists() {
        fs::rename(&place, scratch.path().join("old")).map_err(Error::io("replace", &place))?;
    }
    fs::rename(&fresh, &place).map_err(Error::io("create", &place))?;
    Ok(Made::Image { digest })
}

/// The digest of an image's manifest, from the index of its folder.
///
/// # Errors
/// [`Error::Setup`] when the folder holds no image.
pub fn digest(folder: &Path) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Index {
        manifests: Vec<Manifest>,
    }
    #[derive(Deserialize)]
    struct Manifest {
        digest: String,
    }
    let file = folder.join("index.json");
    let text = fs::read_to_string(&file).map_err(Error::io("read", &file))?;
    let index = serde_json::from_str::<Index>(&text).ok();
    let manifest = index.and_then(|index| index.manifests.into_iter().next());
    let manifest = manifest.map(|manifest| manifest.digest);
    manifest.ok_or_else(|| Error::Setup(format!("{}: it names no image", file.display())))
}

/// buildah, with a storage of its own that goes with the scratch folder.
struct Builder<'a> {
    scratch: &'a Path,
}

impl<'a> Builder<'a> {
    fn new(scratch: &'a Path) -> Self {
        Self { scratch }
    }

    fn image(
        &self,
        image: &ImageSettings,
        name: &str,
        commit: &Commit,
        package: &Package,
    ) -> Result<PathBuf, Error> {
        let files = self.files(&package.archive)?.display().to_string();
        let container = self.buildah(&["from", "--isolation", "chroot", "scratch"])?;
        let home = format!("/{name}");
        self.buildah(&["copy", "--quiet", &container, &files, &home])?;
        let entrypoint = serde_json::json!([format!("{home}/{}", image.entrypoint)]).to_string();
        let label =
            |key: &str, value: &str| format!("--label=org.opencontainers.image.{key}={value}");
        self.buildah(&[
            "config",
            &format!("--entrypoint={entrypoint}"),
            &format!("--workingdir={home}"),
            // Nobody: it owns nothing in the image.
            "--user=65534:65534",
            &label("title", name),
            &label("revision", &commit.to_string()),
            &format!("--label=ci-stage.artifact=sha256:{}", package.digest),
            &container,
        ])?;
        let fresh = self.scratch.join("new.oci");
        self.buildah(&[
            "commit",
            "--quiet",
            "--format=oci",
            "--identity-label=false",
            &format!("--timestamp={}", commit.time()),
            &container,
            &format!("oci:{}:{commit}", fresh.display()),
        ])?;
        Ok(fresh)
    }

    /// The archive's files with the permissions that it names, whatever this user's mask is.
    fn files(&self, archive: &Path) -> Result<PathBuf, Error> {
        let folder = self.scratch.join("files");
        fs::create_dir(&folder).map_err(Error::io("create", &folder))?;
        let folder = unpack(archive, &folder)?;
        for entry in WalkDir::new(&folder).into_iter().flatten() {
            let path = entry.path();
            let mode = entry
                .metadata()
                .map_or(0, |about| about.permissions().mode());
            let is_open = entry.file_type().is_dir() || mode & 0o100 != 0;
            let mode = if is_open { 0o755 } else { 0o644 };
            fs::set_permissions(path, Permissions::from_mode(mode))
                .map_err(Error::io("change", path))?;
        }
        Ok(folder)
    }

    fn buildah(&self, arguments: &[&str]) -> Result<String, Error> {
        let mut command = Command::new("sh");
        command
            .args(["-c", "umask 022; exec buildah \"$@\"", "buildah"])
            // It needs neither a daemon nor a kernel's overlays.
            .args(["--storage-driver", "vfs", "--root"])
            .arg(self.scratch.join("storage"))
            .arg("--runroot")
            .arg(self.scratch.join("run"))
            .args(arguments);
        let finished = run(command, Streams::Capture, None)?;
        if finished.end.success() {
            // Warnings come first.
            let last = finished.output.trim().lines().last();
            return Ok(last.unwrap_or_default().to_owned());
        }
        Err(Error::Setup(format!(
            "buildah cannot make the image (`buildah {}` ended with {}): {}",
            arguments.first().unwrap_or(&""),
            finished.end,
            finished.output.trim_end()
        )))
    }
}
