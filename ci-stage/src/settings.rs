//! `[workspace.metadata.ci-stage]` in the root manifest; every key is optional.

mod environments;
mod gates;
mod image;
mod mutate;
mod percent;
mod place;
mod provider;
mod quarantine;
mod stages;

pub use environments::{Approval, ApprovedBy, EnvironmentSettings, ImpactSettings, WatchSettings};
pub use gates::{CoverageSettings, PackageGates};
pub use image::ImageSettings;
pub use mutate::MutateSettings;
pub use percent::{NotAPercentage, Percent};
pub use provider::ProviderSettings;
pub use quarantine::{Quarantine, Reason};
pub use stages::{CacheSettings, FailureClass, StageSettings};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::cargo::Workspace;
use crate::error::Error;
use crate::suggest::did_you_mean;

/// What a workspace says about its own pipeline.
///
/// ```toml
/// [workspace.metadata.ci-stage]
/// name = "ledgerly"            # the package is dist/ledgerly-<commit>
/// bins = ["ledgerly"]          # which binaries it holds
/// files = ["examples/a.json"]  # further files for the package
/// base = "origin/main"         # what a change is compared with
/// env = { TZ = "UTC" }         # variables for every stage
/// test.timeout-seconds = 300   # after this time a test is killed
/// test.retries = 0             # how often a failing test is tried again
/// cache.enabled = true         # whether a pass is remembered while nothing changes
/// ```
///
/// [`CoverageSettings`] shows the gates, [`StageSettings`] the stages, [`Quarantine`] tests that
/// may waver, [`EnvironmentSettings`] where releases run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The package's name; the root folder's name when it is not given.
    pub name: Option<String>,
    /// The binaries to package; all of the workspace's when it is not given.
    pub bins: Option<Vec<String>>,
    /// Further files for the package, from the workspace's root.
    pub files: Vec<PathBuf>,
    /// The image of the package, if one is wanted.
    pub image: Option<ImageSettings>,
    /// The coverage gates.
    pub coverage: CoverageSettings,
    /// How tests are run.
    pub test: TestSettings,
    /// The gates of a sweep of mutants.
    pub mutate: MutateSettings,
    /// The stages of the pipeline, in order.
    pub stages: Option<Vec<String>>,
    /// The conditions of single stages, by name.
    pub stage: BTreeMap<String, StageSettings>,
    /// Variables for whatever any stage starts.
    pub env: BTreeMap<String, String>,
    /// When a remembered pass counts.
    pub cache: CacheSettings,
    /// Tests that may waver, for a time.
    pub quarantine: Vec<Quarantine>,
    /// Where releases run, by name.
    pub environments: BTreeMap<String, EnvironmentSettings>,
    /// What the files of CI servers need to know.
    pub provider: ProviderSettings,
    /// The branch that changes are made against [default: origin's default branch, main, master].
    pub base: Option<String>,
}

/// `test.*`
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct TestSettings {
    /// A test that runs longer is killed and counts as failed.
    pub timeout_seconds: u64,
    /// How often a test that fails is tried again; one that then passes is flaky.
    pub retries: u32,
}

impl Default for TestSettings {
    fn default() -> Self {
        Self {
            timeout_seconds: 300,
            retries: 0,
        }
    }
}

impl TestSettings {
    /// The time limit of one test.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }
}

impl Settings {
    /// Reads the workspace's settings.
    ///
    /// # Errors
    /// [`Error::Configuration`] for an unknown key or a value that is not allowed.
    pub fn read(workspace: &Workspace) -> Result<Self, Error> {
        let Some(section) = workspace.settings().get("ci-stage") else {
            return Ok(Self::default());
        };
        // Cargo has read it just now; without it the line is not told, and that is all.
        let manifest = std::fs::read_to_string(workspace.manifest()).unwrap_or_default();
        let wrong = |message: String| Error::Configuration {
            file: workspace.manifest(),
            message,
        };
        let settings: Self = place::read(section, &manifest).map_err(wrong)?;
        let members = workspace.packages();
        for package in settings.coverage.packages.keys() {
            if !members.iter().any(|member| member.name.as_str() == package) {
                let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
                let message = format!(
                    "no member has this name; the members are {}{}",
                    names.join(", "),
                    did_you_mean(package, names.iter().copied())
                );
                let keys = ["coverage", "packages", package];
                return Err(wrong(place::wrong(&keys, &message, &manifest)));
            }
        }
        Ok(settings)
    }

    /// The settings in a manifest's text, such as that of an earlier commit; `None` when they are
    /// not there or cannot be understood.
    #[must_use]
    pub fn of_manifest(text: &str) -> Option<Self> {
        let manifest: toml::Table = text.parse().ok()?;
        let metadata = manifest.get("workspace")?.get("metadata")?;
        // Through JSON, as cargo hands on the current one's.
        let section = serde_json::to_value(metadata.get("ci-stage")?).ok()?;
        serde_json::from_value(section).ok()
    }

    /// The name of what the pipeline packages.
    #[must_use]
    pub fn package_name(&self, workspace: &Workspace) -> String {
        let folder = || workspace.root().file_name();
        self.name.clone().unwrap_or_else(|| {
            folder().map_or_else(|| "workspace".into(), |name| name.to_string_lossy().into())
        })
    }
}

#[cfg(test)]
mod tests;
