//! The build stage: a release build and its package, which appears complete or not at all.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::report::{Findings, Outcome};
use super::{Context, shell};
use crate::cargo::{build_release, release_command, rustc_version};
use crate::commit::Commit;
use crate::error::Error;
use crate::exit::ExitCode;

pub(super) fn run(context: &Context) -> Result<Outcome, Error> {
    let workspace = &context.workspace;
    let commit = Commit::of(workspace.root())?;
    let wanted = context.settings.bins.as_deref();
    let built = build_release(workspace, wanted, &commit.to_string());
    let binaries = match built {
        Err(Error::DoesNotBuild(messages)) => {
            context.console.say(messages);
            let verdict = "BUILD FAILED: the release build failed, stopping the pipeline";
            context.console.say(verdict);
            let outcome = Outcome::new(ExitCode::DoesNotBuild, "the release build failed");
            return Ok(outcome.repeated_by("cargo build --release --workspace"));
        }
        built => built?,
    };
    if binaries.is_empty() {
        context
            .console
            .say("BUILD PASSED: the release build succeeded; there is no binary to package");
        return Ok(Outcome::new(ExitCode::Passed, "no binary to package"));
    }
    let name = context.settings.package_name(workspace);
    let folder = workspace
        .root()
        .join("dist")
        .join(format!("{name}-{commit}"));
    let version = format!("{name} {commit}\n{}\n", rustc_version()?);
    package(workspace.root(), &folder, &binaries, &version)?;
    let shown = folder.strip_prefix(workspace.root()).unwrap_or(&folder);
    let shown = shown.display().to_string();
    context
        .console
        .say(format!("BUILD PASSED: packaged {shown}"));
    Ok(Outcome {
        findings: Findings {
            package: Some(shown.clone()),
            ..Findings::default()
        },
        ..Outcome::new(ExitCode::Passed, shown)
    })
}

pub(super) fn commands(context: &Context) -> Vec<String> {
    let wanted = context.settings.bins.as_deref();
    vec![
        shell(&release_command(&context.workspace, wanted, "COMMIT")),
        format!(
            "copies to dist/{}-COMMIT, with SHA256SUMS and VERSION",
            context.settings.package_name(&context.workspace)
        ),
    ]
}

/// Fills a folder beside the package's place and renames it there.
fn package(root: &Path, place: &Path, binaries: &[PathBuf], version: &str) -> Result<(), Error> {
    let dist = place.parent().unwrap_or(root);
    fs::create_dir_all(dist).map_err(Error::io("create", dist))?;
    // What is built is not source: without this line a package would make its own tree dirty.
    write(&dist.join(".gitignore"), "*\n")?;
    let scratch = TempDir::with_prefix_in(".package-", dist).map_err(Error::io("create", dist))?;
    let folder = scratch.path().join("new");
    fs::create_dir(&folder).map_err(Error::io("create", &folder))?;
    for file in binaries.iter().chain(&licences(root)?) {
        let target = folder.join(file.file_name().unwrap_or_default());
        fs::copy(file, &target).map_err(Error::io("copy", file))?;
    }
    write(&folder.join("VERSION"), version)?;
    write(&folder.join("SHA256SUMS"), &checksums(&folder)?)?;
    if place.exists() {
        // An earlier package of the same commit moves into the scratch folder and goes with it.
        fs::rename(place, scratch.path().join("old")).map_err(Error::io("replace", place))?;
    }
    fs::rename(&folder, place).map_err(Error::io("create", place))
}

fn write(file: &Path, text: &str) -> Result<(), Error> {
    fs::write(file, text).map_err(Error::io("write", file))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

/// The files of the workspace's root that state its licence.
fn licences(root: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = files(root)?;
    files.retain(|file| {
        let name = file.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_uppercase();
        let openings = ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"];
        openings.iter().any(|opening| name.starts_with(opening))
    });
    Ok(files)
}

/// One line a file, as `sha256sum --check` reads it.
fn checksums(folder: &Path) -> Result<String, Error> {
    let mut text = String::new();
    for file in files(folder)? {
        let bytes = fs::read(&file).map_err(Error::io("read", &file))?;
        for byte in Sha256::digest(&bytes) {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        let name = file.file_name().unwrap_or_default();
        let _ = writeln!(text, "  {}", name.to_string_lossy());
    }
    Ok(text)
}
