//! Building the tests, and what cargo says that it built.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cargo_metadata::{Artifact, BuildScript, CompilerMessage, Package, PackageId, TargetKind};
use serde::Deserialize;

use super::process::{End, Streams, run};
use super::workspace::Workspace;
use crate::error::Error;

/// Which tests to build.
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Clone)]
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

/// What a build gave.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// The programs that hold tests, in the order of the members and their targets.
    pub tests: Vec<TestExecutable>,
    /// The binaries of the members: (package, name, path).
    pub binaries: Vec<(PackageId, String, PathBuf)>,
    /// What build scripts reported, dependencies included.
    pub build_scripts: Vec<BuildScript>,
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
    let finished = run(command, Streams::CaptureStdout, None)?;
    let messages = Messages::read(&finished.output);
    match finished.end {
        End::Exited(0) => Ok(messages.built(workspace)),
        _ => Err(Error::DoesNotBuild(messages.errors)),
    }
}

/// Cargo's answer, sorted. `cargo_metadata::Message` is not used, because a tagged enum cannot
/// hold a number when `serde_json` keeps numbers as text (its `arbitrary_precision` feature).
#[derive(Default)]
struct Messages {
    artifacts: Vec<Artifact>,
    build_scripts: Vec<BuildScript>,
    errors: String,
}

#[derive(Deserialize)]
struct Reason<'a> {
    reason: &'a str,
}

impl Messages {
    fn read(output: &str) -> Self {
        let mut messages = Self::default();
        for line in output.lines() {
            messages.add(line);
        }
        messages
    }

    fn add(&mut self, line: &str) {
        match serde_json::from_str(line).map(|Reason { reason }| reason) {
            Ok("compiler-artifact") => self.artifacts.extend(serde_json::from_str(line)),
            Ok("build-script-executed") => self.build_scripts.extend(serde_json::from_str(line)),
            Ok("compiler-message") => {
                let message = serde_json::from_str::<CompilerMessage>(line).ok();
                let rendered = message.and_then(|message| message.message.rendered);
                self.errors.push_str(&rendered.unwrap_or_default());
            }
            _ => {}
        }
    }

    fn built(self, workspace: &Workspace) -> Built {
        let mut built = Built {
            build_scripts: self.build_scripts,
            ..Built::default()
        };
        let mut harness = HarnessFlags::default();
        for artifact in self.artifacts {
            let Some(executable) = artifact.executable.map(PathBuf::from) else {
                continue;
            };
            let Some(package) = workspace.package(&artifact.package_id) else {
                continue;
            };
            let target = artifact.target;
            let kind = target.kind.first().cloned().unwrap_or(TargetKind::Test);
            if artifact.profile.test {
                built.tests.push(TestExecutable {
                    package: package.id.clone(),
                    package_name: package.name.to_string(),
                    harness: harness.of(package, &kind, &target.name),
                    target: target.name,
                    kind,
                    source: target.src_path.into(),
                    executable,
                });
            } else if kind == TargetKind::Bin {
                let binary = (artifact.package_id, target.name, executable);
                built.binaries.push(binary);
            }
        }
        built.tests.sort_by_key(|test| position(workspace, test));
        built
    }
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

/// `harness = false` stands only in the manifest, cargo does not report it.
#[derive(Default)]
struct HarnessFlags(BTreeMap<PathBuf, toml::Table>);

impl HarnessFlags {
    fn of(&mut self, package: &Package, kind: &TargetKind, target: &str) -> bool {
        let manifest = self
            .0
            .entry(package.manifest_path.clone().into())
            .or_insert_with_key(|path| {
                let text = std::fs::read_to_string(path).unwrap_or_default();
                // Cargo has just read the same file, so it is well-formed.
                text.parse().unwrap_or_default()
            });
        let section = match kind {
            TargetKind::Test => "test",
            TargetKind::Bin => "bin",
            TargetKind::Example => "example",
            TargetKind::Bench => "bench",
            _ => return declared_harness(manifest.get("lib")),
        };
        let tables = manifest.get(section).and_then(toml::Value::as_array);
        let named = tables.and_then(|tables| {
            let mut tables = tables.iter();
            tables.find(|table| table.get("name").and_then(toml::Value::as_str) == Some(target))
        });
        declared_harness(named)
    }
}

fn declared_harness(table: Option<&toml::Value>) -> bool {
    table
        .and_then(|table| table.get("harness"))
        .and_then(toml::Value::as_bool)
        .unwrap_or(true)
}
