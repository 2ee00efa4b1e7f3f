//! Building the tests, and what cargo says that it built.

use std::path::PathBuf;
use std::process::Command;

use cargo_metadata::camino::Utf8PathBuf;
use cargo_metadata::{Artifact, BuildScript, CompilerMessage, PackageId, TargetKind};

use serde::{Deserialize, Serialize};

use super::instrument::Instrumentation;
use super::messages::{Diagnostics, Messages};
use super::remap;
use super::workspace::Workspace;
use crate::error::Error;
use harness::HarnessFlags;

mod harness;

/// Which tests to build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestScope {
    /// Every test target of every member.
    Workspace,
    /// Every test target of one package.
    Package(String),
    /// The integration tests of this name, in whichever members have one.
    TestTarget(String),
}

impl TestScope {
    /// The arguments that select it for `cargo test` and its like.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        match self {
            Self::Workspace => vec!["--workspace".into()],
            Self::Package(name) => vec!["--package".into(), name.clone()],
            // With --workspace features are unified as in a whole run, so nothing is built twice.
            Self::TestTarget(name) => vec!["--workspace".into(), "--test".into(), name.clone()],
        }
    }
}

/// A program that holds tests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TestExecutable {
    /// The member that it tests.
    pub package: PackageId,
    /// The member's name.
    pub package_name: String,
    /// The target's name, as `cargo test --test NAME` takes it.
    pub target: String,
    /// Library, binary, integration test, example ...
    pub kind: TargetKind,
    /// The target's root source file.
    pub source: PathBuf,
    /// The program.
    pub executable: PathBuf,
    /// Whether it speaks libtest's language; with `harness = false` its exit code is all there is.
    pub harness: bool,
}

impl TestExecutable {
    /// The argument that selects it for `cargo test`.
    #[must_use]
    pub fn selector(&self) -> String {
        let target = &self.target;
        match self.kind {
            TargetKind::Test => format!("--test {target}"),
            TargetKind::Bin => format!("--bin {target}"),
            TargetKind::Example => format!("--example {target}"),
            TargetKind::Bench => format!("--bench {target}"),
            _ => "--lib".into(),
        }
    }
}

/// What a build gave.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Built {
    /// The programs that hold tests, in the order of the members and their targets.
    pub tests: Vec<TestExecutable>,
    /// The binaries of the members: (package, name, path).
    pub binaries: Vec<(PackageId, String, PathBuf)>,
    /// What build scripts reported, dependencies included.
    pub build_scripts: Vec<BuildScript>,
    /// Every program and shared library of the members: what holds their coverage maps.
    #[serde(default)]
    pub objects: Vec<PathBuf>,
}

/// Builds tests with `cargo test --no-run`, without running them.
///
/// # Errors
/// [`Error::DoesNotBuild`] with the compiler's messages.
pub fn build_tests(
    workspace: &Workspace,
    scope: &TestScope,
    extra: &[String],
) -> Result<Built, Error> {
    let mut command = workspace.cargo(&["test", "--no-run", "--message-format=json"]);
    command.args(scope.arguments()).args(extra);
    Ok(Built::of(workspace, built(command)?))
}

/// Builds tests of instrumented members, and gives the compiler's warnings with them.
///
/// # Errors
/// [`Error::DoesNotBuild`] with the compiler's messages.
pub fn build_instrumented(
    workspace: &Workspace,
    scope: &TestScope,
    instrumentation: &Instrumentation,
) -> Result<(Built, Vec<CompilerMessage>), Error> {
    let mut command = workspace.cargo(&["test", "--no-run", "--message-format=json"]);
    command.args(scope.arguments());
    instrumentation.apply(&mut command);
    let mut messages = built(command)?;
    let said = std::mem::take(&mut messages.compiler);
    Ok((Built::of(workspace, messages), said))
}

/// Builds, in the same way, the libraries and binaries that no test needs, and gives the compiler's
/// warnings: in a test's own build of a library other code counts as used.
///
/// # Errors
/// [`Error::DoesNotBuild`] with the compiler's messages.
pub fn build_untested(
    workspace: &Workspace,
    instrumentation: &Instrumentation,
) -> Result<Vec<CompilerMessage>, Error> {
    let mut command = workspace.cargo(&["build", "--workspace", "--message-format=json"]);
    instrumentation.apply(&mut command);
    Ok(built(command)?.compiler)
}

/// A build of tests, whatever came of it.
#[derive(Debug)]
pub struct TestBuild {
    /// What was built; some of it, where the build failed.
    pub built: Built,
    /// All that the compiler said.
    pub messages: Vec<CompilerMessage>,
    /// The compiler's errors.
    pub diagnostics: Diagnostics,
}

/// Builds tests with a `cargo test` command that names everything but the format of the answer.
///
/// # Errors
/// [`Error::Setup`] when cargo cannot be started; [`Error::Interrupted`] after ^C.
pub fn try_build_tests(workspace: &Workspace, mut command: Command) -> Result<TestBuild, Error> {
    command.args(["--no-run", "--message-format=json"]);
    let mut messages = Messages::quietly(command)?;
    Ok(TestBuild {
        messages: std::mem::take(&mut messages.compiler),
        diagnostics: std::mem::take(&mut messages.diagnostics),
        built: Built::of(workspace, messages),
    })
}

/// A release build.
#[derive(Debug, Clone, Copy)]
pub struct Release<'a> {
    /// The binaries, or all of them.
    pub names: Option<&'a [String]>,
    /// Handed to build scripts as `CI_STAGE_COMMIT`.
    pub commit: &'a str,
    /// Its time in seconds since 1970, handed on as `SOURCE_DATE_EPOCH`.
    pub epoch: u64,
    /// Whether the binaries hold the C library too, and so run where there is none.
    pub statically: bool,
}

/// Builds binaries in the release profile; no path of this machine gets into them.
///
/// # Errors
/// [`Error::DoesNotBuild`] with the compiler's messages.
pub fn build_release(
    workspace: &Workspace,
    release: Release<'_>,
) -> Result<Vec<(PackageId, PathBuf)>, Error> {
    let command = release_command(workspace, release)?;
    let built = Built::of(workspace, built(command)?);
    let binaries = built.binaries.into_iter();
    Ok(binaries.map(|(package, _, path)| (package, path)).collect())
}

/// The command of [`build_release`].
///
/// # Errors
/// [`Error::Setup`] when cargo's configuration cannot be read.
pub fn release_command(workspace: &Workspace, release: Release<'_>) -> Result<Command, Error> {
    let arguments = ["build", "--release", "--workspace", "--message-format=json"];
    let mut command = workspace.cargo(&arguments);
    command.env("CI_STAGE_COMMIT", release.commit);
    command.env("SOURCE_DATE_EPOCH", release.epoch.to_string());
    remap::apply(workspace, release.statically, &mut command)?;
    for name in release.names.unwrap_or_default() {
        command.args(["--bin", name]);
    }
    Ok(command)
}

fn built(command: Command) -> Result<Messages, Error> {
    let messages = Messages::of(command)?;
    let errors = &messages.diagnostics.rendered;
    match (messages.success, errors.is_empty()) {
        (true, _) => Ok(messages),
        // A build script that fails is no compiler's error.
        (false, true) => Err(Error::DoesNotBuild(
            "cargo said why on standard error\n".into(),
        )),
        (false, false) => Err(Error::DoesNotBuild(errors.clone())),
    }
}

impl Built {
    fn of(workspace: &Workspace, messages: Messages) -> Self {
        let mut built = Self {
            build_scripts: messages.build_scripts,
            ..Self::default()
        };
        let mut harness = HarnessFlags::default();
        for artifact in messages.artifacts {
            built.add(workspace, artifact, &mut harness);
        }
        built.tests.sort_by_key(|test| position(workspace, test));
        built
    }

    fn add(&mut self, workspace: &Workspace, artifact: Artifact, harness: &mut HarnessFlags) {
        let package = workspace.package(&artifact.package_id);
        if package.is_some() {
            self.objects.extend(objects(&artifact));
        }
        let (Some(executable), Some(package)) = (artifact.executable, package) else {
            return;
        };
        let target = artifact.target;
        let kind = target.kind.first().cloned().unwrap_or(TargetKind::Test);
        if artifact.profile.test {
            self.tests.push(TestExecutable {
                package: package.id.clone(),
                package_name: package.name.to_string(),
                harness: harness.of(package, &kind, &target.name),
                target: target.name,
                kind,
                source: target.src_path.into(),
                executable: executable.into(),
            });
        } else if kind == TargetKind::Bin {
            let binary = (artifact.package_id, target.name, executable.into());
            self.binaries.push(binary);
        }
    }
}

fn objects(artifact: &Artifact) -> Vec<PathBuf> {
    if artifact.target.kind.contains(&TargetKind::CustomBuild) {
        return Vec::new();
    }
    let is_library = |path: &&Utf8PathBuf| {
        let ending = path.extension();
        matches!(ending, Some("so" | "dylib" | "dll"))
    };
    let libraries = artifact.filenames.iter().filter(is_library);
    libraries
        .chain(&artifact.executable)
        .map(PathBuf::from)
        .collect()
}

/// Cargo reports artifacts as they get ready; members and their targets have a fixed order.
fn position(workspace: &Workspace, test: &TestExecutable) -> (usize, usize) {
    let packages = workspace.packages();
    let member = packages.iter().position(|member| member.id == test.package);
    let target = workspace.package(&test.package).and_then(|package| {
        let mut targets = package.targets.iter();
        targets.position(|target| target.name == test.target && target.kind.contains(&test.kind))
    });
    (member.unwrap_or(usize::MAX), target.unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests;
