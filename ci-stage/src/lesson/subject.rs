//! The workspace that a lesson speaks of: the learner's own where it fits, and the scratch one.

use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::TargetKind;
use serde_json::Value;

use super::file::{Lesson, Predict};
use super::scratch::Scratch;
use crate::cargo::Workspace;
use crate::cargo::process::{End, Streams, run};
use crate::error::Error;
use crate::mutate::matrix::Matrix;

/// Where a lesson's steps run.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) scratch: Scratch,
    /// The root of the learner's own workspace, as long as it stands in for the scratch one.
    here: Option<PathBuf>,
}

/// A program that has ended.
#[derive(Debug)]
pub(super) struct Ran {
    /// What it wrote to standard output.
    pub(super) output: String,
    /// How it ended.
    pub(super) end: End,
}

/// A test and whether it failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) name: String,
    pub(super) failed: bool,
}

impl Subject {
    /// The learner's own workspace where it has what the lesson speaks of, otherwise the scratch one.
    pub(super) fn of(lesson: &Lesson, scratch: Scratch, own: Option<&Workspace>) -> Self {
        let fits = own.filter(|workspace| fits(lesson, workspace));
        Self {
            scratch,
            here: fits.map(|workspace| workspace.root().to_path_buf()),
        }
    }

    /// The learner's own workspace, whatever it has.
    pub(super) fn own(scratch: Scratch, own: &Workspace) -> Self {
        Self {
            scratch,
            here: Some(own.root().to_path_buf()),
        }
    }

    /// Whether the steps run in the learner's own workspace.
    pub(super) fn is_here(&self) -> bool {
        self.here.is_some()
    }

    /// The folder in which the steps run.
    pub(super) fn folder(&self) -> &Path {
        self.here.as_deref().unwrap_or(&self.scratch.folder)
    }

    /// Goes on in the scratch workspace; `true` when that is news.
    pub(super) fn leave_here(&mut self) -> bool {
        self.here.take().is_some()
    }

    /// Runs this very program.
    pub(super) fn ci_stage(&self, arguments: &[String]) -> Result<Ran, Error> {
        self.run(Self::program()?, arguments, Streams::CaptureStdout)
    }

    fn program() -> Result<Command, Error> {
        std::env::current_exe()
            .map(Command::new)
            .map_err(|error| Error::Setup(format!("cannot find ci-stage itself: {error}")))
    }

    /// Runs cargo.
    pub(super) fn cargo(&self, arguments: &[String]) -> Result<Ran, Error> {
        self.run(crate::cargo::command(), arguments, Streams::CaptureStdout)
    }

    /// The tests of a target, in the order of its transcript.
    pub(super) fn tests(&self, target: &str) -> Result<Vec<Judged>, Error> {
        self.judged(&["test", target].map(str::to_owned))
    }

    /// The tests that a `ci-stage` command ran.
    pub(super) fn judged(&self, arguments: &[String]) -> Result<Vec<Judged>, Error> {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--format", "json"].map(str::to_owned));
        let ran = self.run(Self::program()?, &arguments, Streams::StdoutOnly)?;
        let verdict: Value = serde_json::from_str(&ran.output).map_err(|_| {
            let place = self.folder().display();
            let line = line(&arguments);
            Error::Setup(format!(
                "`{line}` gave no verdict; run it in {place} to see why"
            ))
        })?;
        // A stage's verdict holds transcripts, a mistake's answer is one.
        let suites = verdict
            .pointer("/stages/0/tests/suites")
            .or_else(|| verdict.get("suites"))
            .and_then(Value::as_array);
        let tests = suites
            .into_iter()
            .flatten()
            .filter_map(|suite| suite.get("tests")?.as_array())
            .flatten();
        Ok(tests.filter_map(judged).collect())
    }

    /// Every mistake in one constant, judged by one test target.
    pub(super) fn sweep(&self, target: &str, constant: &str) -> Result<Matrix, Error> {
        let folder = tempfile::tempdir()
            .map_err(|error| Error::Setup(format!("cannot make a temporary folder: {error}")))?;
        let file = folder.path().join("matrix.json");
        let arguments = [
            "mutate", "--const", constant, "--test", target, "--format", "json",
        ]
        .map(str::to_owned)
        .to_vec();
        let ran = self.ci_stage(&arguments)?;
        std::fs::write(&file, ran.output).map_err(Error::io("write", &file))?;
        Matrix::read(&file)
    }

    fn run(
        &self,
        mut command: Command,
        arguments: &[String],
        streams: Streams,
    ) -> Result<Ran, Error> {
        command.args(arguments).current_dir(self.folder());
        let finished = run(command, streams, None)?;
        Ok(Ran {
            output: finished.output,
            end: finished.end,
        })
    }
}

/// A `ci-stage` command as one types it.
pub(super) fn line(arguments: &[String]) -> String {
    format!("ci-stage {}", arguments.join(" "))
}

fn judged(test: &Value) -> Option<Judged> {
    Some(Judged {
        name: test.get("name")?.as_str()?.to_owned(),
        failed: test.get("status")?.as_str()? == "failed",
    })
}

fn fits(lesson: &Lesson, workspace: &Workspace) -> bool {
    let (Some(here), Predict::Tests { tests }) = (&lesson.text.here, &lesson.text.predict) else {
        return false;
    };
    let packages = workspace.packages();
    let mut targets = packages.iter().flat_map(|package| &package.targets);
    let has_target =
        targets.any(|target| target.name == *tests && target.kind.contains(&TargetKind::Test));
    has_target
        && packages.iter().any(|package| {
            let folder = package.manifest_path.as_std_path().with_file_name("src");
            declares(&folder, &format!("const {}:", here.constant))
        })
}

/// Whether a source file below a folder holds a declaration.
fn declares(folder: &Path, declaration: &str) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return declares(&path, declaration);
        }
        std::fs::read_to_string(path).is_ok_and(|text| text.contains(declaration))
    })
}
