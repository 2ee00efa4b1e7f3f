//! The workspace as `cargo metadata` describes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand, Package, PackageId};

use super::Instrumentation;
use super::process::{Streams, run};
use crate::error::Error;

/// A Cargo workspace (a single package is a workspace of one).
#[derive(Debug, Clone)]
pub struct Workspace {
    metadata: Metadata,
    environment: BTreeMap<String, String>,
}

impl Workspace {
    /// Finds the workspace that a manifest belongs to; without one, that of the current folder.
    ///
    /// # Errors
    /// [`Error::Metadata`] with cargo's words when there is no manifest or it is wrong.
    pub fn find(manifest: Option<&Path>) -> Result<Self, Error> {
        let mut query = MetadataCommand::new();
        query.cargo_path(super::command().get_program()).no_deps();
        if let Some(manifest) = manifest {
            query.manifest_path(manifest);
        }
        let finished = run(query.cargo_command(), Streams::Capture, None)?;
        let described = finished.output.lines().find(|line| line.starts_with('{'));
        match described.filter(|_| finished.end.success()) {
            Some(json) => MetadataCommand::parse(json)
                .map(|metadata| Self {
                    metadata,
                    environment: BTreeMap::new(),
                })
                .map_err(|error| Error::Metadata(error.to_string())),
            None => Err(Error::Metadata(finished.output.trim_end().to_owned())),
        }
    }

    /// The folder of the root manifest.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.metadata.workspace_root.as_std_path()
    }

    /// The root manifest.
    #[must_use]
    pub fn manifest(&self) -> PathBuf {
        self.root().join("Cargo.toml")
    }

    /// Where cargo puts what it builds.
    #[must_use]
    pub fn target_directory(&self) -> &Path {
        self.metadata.target_directory.as_std_path()
    }

    /// Where cargo keeps what it builds on the way; usually the same folder.
    #[must_use]
    pub fn build_directory(&self) -> &Path {
        let folder = self.metadata.build_directory.as_ref();
        folder.map_or_else(|| self.target_directory(), |folder| folder.as_std_path())
    }

    /// The members, in cargo's order.
    #[must_use]
    pub fn packages(&self) -> Vec<&Package> {
        self.metadata.workspace_packages()
    }

    /// The member with this id.
    #[must_use]
    pub fn package(&self, id: &PackageId) -> Option<&Package> {
        self.packages()
            .into_iter()
            .find(|package| package.id == *id)
    }

    /// What cargo says of the workspace with its dependencies, as JSON: of all platforms, or of
    /// the one that is named.
    ///
    /// # Errors
    /// [`Error::Metadata`] with cargo's words.
    pub fn full_metadata(&self, platform: Option<&str>) -> Result<String, Error> {
        self.metadata_told(|command| {
            if let Some(platform) = platform {
                command.args(["--filter-platform", platform]);
            }
        })
    }

    /// The same of all platforms, asked as the build with this wrapper asked: under another one cargo
    /// forgets what it knows of the compiler, and would have to ask it again here and in the next build.
    ///
    /// # Errors
    /// [`Error::Metadata`] with cargo's words.
    pub fn full_metadata_of_build(
        &self,
        instrumentation: Option<&Instrumentation>,
    ) -> Result<String, Error> {
        self.metadata_told(|command| {
            if let Some(instrumentation) = instrumentation {
                instrumentation.apply(command);
            }
        })
    }

    fn metadata_told(&self, prepare: impl FnOnce(&mut Command)) -> Result<String, Error> {
        let mut command = self.cargo(&["metadata", "--format-version", "1"]);
        prepare(&mut command);
        let finished = run(command, Streams::CaptureStdout, None)?;
        if finished.end.success() {
            Ok(finished.output)
        } else {
            Err(Error::Metadata("its own words stand above".into()))
        }
    }

    /// `[workspace.metadata]`, or `null`.
    #[must_use]
    pub fn settings(&self) -> &serde_json::Value {
        &self.metadata.workspace_metadata
    }

    /// `cargo SUBCOMMAND --manifest-path ROOT`, to be run from the workspace's root.
    #[must_use]
    pub fn cargo(&self, subcommand: &[&str]) -> Command {
        let mut command = super::command();
        command
            .args(subcommand)
            .arg("--manifest-path")
            .arg(self.manifest())
            .current_dir(self.root())
            .envs(&self.environment);
        command
    }

    /// The same workspace, whose programs get these variables as well.
    #[must_use]
    pub fn with_environment(&self, variables: BTreeMap<String, String>) -> Self {
        Self {
            metadata: self.metadata.clone(),
            environment: variables,
        }
    }

    /// The same workspace, which builds to another folder.
    ///
    /// # Errors
    /// [`Error::Setup`] for a folder whose name is not text, which cargo cannot tell.
    pub fn with_target_directory(mut self, folder: &Path) -> Result<Self, Error> {
        let Some(name) = folder.to_str() else {
            let folder = folder.display();
            return Err(Error::Setup(format!(
                "cannot build to {folder}: its name is not text"
            )));
        };
        name.clone_into(
            self.environment
                .entry("CARGO_TARGET_DIR".into())
                .or_default(),
        );
        self.metadata.target_directory = name.into();
        Ok(self)
    }

    /// Sets folder and variables of a program that is to work on the workspace.
    pub fn prepare(&self, command: &mut Command) {
        command.current_dir(self.root()).envs(&self.environment);
    }

    /// The variables of [`Workspace::with_environment`].
    #[must_use]
    pub fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }
}
