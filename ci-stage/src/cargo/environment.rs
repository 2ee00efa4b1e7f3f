//! The environment that `cargo test` gives a test program.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_config2::Config;
use cargo_metadata::Package;

use super::artifacts::{Built, TestExecutable};
use super::workspace::Workspace;
use crate::error::Error;

/// What every test program of a workspace gets: cargo's `[env]` table and the library path.
#[derive(Debug, Clone)]
pub struct RuntimeEnvironment {
    configured: BTreeMap<String, OsString>,
    library_path: OsString,
}

impl RuntimeEnvironment {
    /// Collects it after a build.
    ///
    /// # Errors
    /// [`Error::Setup`] when rustc does not run or cargo's configuration cannot be read.
    pub fn new(workspace: &Workspace, built: &Built) -> Result<Self, Error> {
        Ok(Self {
            configured: configured_variables(workspace.root())?,
            library_path: library_path(workspace, built)?,
        })
    }

    /// A command that runs a test program as cargo would: folder and environment.
    #[must_use]
    pub fn command(&self, workspace: &Workspace, built: &Built, test: &TestExecutable) -> Command {
        let mut command = Command::new(&test.executable);
        command
            .envs(&self.configured)
            .envs(workspace.environment())
            .env(LIBRARY_PATH, &self.library_path)
            .env("CARGO", super::command().get_program());
        if std::env::var_os("RUST_BACKTRACE").is_none() {
            command.env("RUST_BACKTRACE", "0");
        }
        if let Some(package) = workspace.package(&test.package) {
            command.current_dir(folder(package));
            command.envs(package_variables(package));
        }
        for (package, name, path) in &built.binaries {
            if *package == test.package {
                command.env(format!("CARGO_BIN_EXE_{name}"), path);
            }
        }
        for script in &built.build_scripts {
            if script.package_id == test.package {
                command.env("OUT_DIR", &script.out_dir);
                command.envs(script.env.iter().map(|(key, value)| (key, value)));
            }
        }
        command
    }
}

/// The variable in which the loader looks for shared libraries.
const LIBRARY_PATH: &str = if cfg!(target_os = "macos") {
    "DYLD_FALLBACK_LIBRARY_PATH"
} else {
    "LD_LIBRARY_PATH"
};

fn folder(package: &Package) -> &Path {
    let manifest = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest)
}

fn configured_variables(root: &Path) -> Result<BTreeMap<String, OsString>, Error> {
    let config = Config::load_with_cwd(root)
        .map_err(|error| Error::Setup(format!("cannot read cargo's configuration: {error}")))?;
    let set = |name: &String| std::env::var_os(name).is_some();
    Ok(config
        .env
        .iter()
        .filter(|(name, value)| value.force || !set(name))
        .map(|(name, value)| (name.clone(), value.value.clone()))
        .collect())
}

fn library_path(workspace: &Workspace, built: &Built) -> Result<OsString, Error> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for script in &built.build_scripts {
        folders.extend(script.linked_paths.iter().filter_map(|path| {
            // Cargo leaves out folders of the system, so that tests find them on their own.
            let path = path.as_str();
            let path = path.split_once('=').map_or(path, |(_, path)| path);
            let path = PathBuf::from(path);
            path.starts_with(workspace.target_directory())
                .then_some(path)
        }));
    }
    for test in &built.tests {
        if let Some(deps) = test.executable.parent() {
            folders.extend(deps.parent().map(PathBuf::from));
            folders.push(deps.to_path_buf());
        }
    }
    folders.push(super::standard_library_folder()?);
    if let Some(inherited) = std::env::var_os(LIBRARY_PATH) {
        folders.extend(std::env::split_paths(&inherited));
    }
    let mut seen = BTreeSet::new();
    folders.retain(|folder| seen.insert(folder.clone()));
    std::env::join_paths(folders).map_err(|error| Error::Setup(error.to_string()))
}

fn package_variables(package: &Package) -> Vec<(&'static str, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let file = |value: &Option<cargo_metadata::camino::Utf8PathBuf>| {
        value.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let version = &package.version;
    vec![
        ("CARGO_MANIFEST_DIR", folder(package).display().to_string()),
        ("CARGO_MANIFEST_PATH", package.manifest_path.to_string()),
        ("CARGO_PKG_NAME", package.name.to_string()),
        ("CARGO_PKG_VERSION", version.to_string()),
        ("CARGO_PKG_VERSION_MAJOR", version.major.to_string()),
        ("CARGO_PKG_VERSION_MINOR", version.minor.to_string()),
        ("CARGO_PKG_VERSION_PATCH", version.patch.to_string()),
        ("CARGO_PKG_VERSION_PRE", version.pre.to_string()),
        ("CARGO_PKG_AUTHORS", package.authors.join(":")),
        ("CARGO_PKG_DESCRIPTION", text(&package.description)),
        ("CARGO_PKG_HOMEPAGE", text(&package.homepage)),
        ("CARGO_PKG_REPOSITORY", text(&package.repository)),
        ("CARGO_PKG_LICENSE", text(&package.license)),
        ("CARGO_PKG_LICENSE_FILE", file(&package.license_file)),
        ("CARGO_PKG_README", file(&package.readme)),
        (
            "CARGO_PKG_RUST_VERSION",
            package
                .rust_version
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
        ),
    ]
}
