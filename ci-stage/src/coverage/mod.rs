//! Coverage from the one test run: profiles merged, programs exactly those that cargo reported.

mod gates;
mod lcov;
mod shards;
mod shipped;
mod sources;

pub use gates::{Gate, hold};
pub use lcov::{Coverage, FileCoverage, Share};

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::process::{Finished, Streams, run};
use crate::cargo::{Built, Instrumentation, Workspace};
use crate::error::Error;
use crate::tools::llvm::{self, LlvmTools};

/// The folder of the profiles of doctests.
const DOCTESTS: &str = "doctests";

/// What an instrumented test run left behind.
#[derive(Debug, Clone)]
pub struct Profiles {
    folder: PathBuf,
    built: PathBuf,
    objects: Vec<PathBuf>,
    /// Set where other machines ran the tests.
    elsewhere: Option<Elsewhere>,
}

/// The machine whose paths stand in the programs' coverage maps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    /// The workspace's root there.
    pub(crate) root: PathBuf,
    /// The expression of the files that do not count there.
    pub(crate) ignored: String,
}

/// Which runs count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// The tests, as the gate of record counts.
    Tests,
    /// The tests and the examples in the documentation.
    TestsAndDoctests,
}

impl Profiles {
    /// A place for the profiles of a run that begins now; those of an earlier one go away.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be made.
    pub fn begin(instrumentation: &Instrumentation, built: &Built) -> Result<Self, Error> {
        let mut objects = built.objects.clone();
        // Where two programs hold the same function the first one's counts; cargo names them as
        // they get ready.
        objects.sort();
        let profiles = Self {
            folder: instrumentation.folder().to_path_buf(),
            built: instrumentation.built_profiles(),
            objects,
            elsewhere: None,
        };
        profiles.empty()?;
        Ok(profiles)
    }

    fn empty(&self) -> Result<(), Error> {
        for folder in [self.tests(), self.doctests()] {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io("empty", &folder)(error));
                }
                _ => fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?,
            }
        }
        Ok(())
    }

    fn tests(&self) -> PathBuf {
        self.folder.join("tests")
    }

    fn doctests(&self) -> PathBuf {
        self.folder.join(DOCTESTS)
    }

    /// `LLVM_PROFILE_FILE` for tests of which `jobs` run at a time: that many programs share a
    /// file, or, where sharing has failed, each has its own.
    #[must_use]
    pub fn of_tests(&self, jobs: usize, shared: bool) -> OsString {
        let pool = jobs.clamp(1, 9);
        let name = if shared {
            format!("%{pool}m.profraw")
        } else {
            "%p-%m.profraw".to_owned()
        };
        self.tests().join(name).into()
    }

    /// `LLVM_PROFILE_FILE` for doctests.
    #[must_use]
    pub fn of_doctests(instrumentation: &Instrumentation) -> OsString {
        let folder = instrumentation.folder().join(DOCTESTS);
        folder.join("%p-%m.profraw").into()
    }

    /// Merges the profiles and reads the lines from the programs' coverage maps.
    ///
    /// `None` when the profiles do not merge: a killed program has left a torn one.
    ///
    /// # Errors
    /// [`Error::Setup`] when LLVM's tools are missing or fail.
    pub fn measure(&self, workspace: &Workspace, runs: Runs) -> Result<Option<Coverage>, Error> {
        if runs == Runs::TestsAndDoctests && profiles_in(&self.doctests()).is_empty() {
            return Ok(None);
        }
        let tools = llvm::required()?;
        let mut folders = vec![self.tests(), self.built.clone()];
        if runs == Runs::TestsAndDoctests {
            folders.push(self.doctests());
        }
        let merged = self.merged();
        if !self.merge(&tools, &folders, &merged)? {
            return Ok(None);
        }
        let ignored = self.ignored(workspace)?;
        let lcov = self.export(&tools, &merged, &["-format=lcov"], &ignored)?;
        let lcov = self.with_paths_of(workspace, lcov);
        let mut coverage = Coverage::of_lcov(&lcov, workspace.root());
        if runs == Runs::Tests {
            coverage.shipped = shipped::lines(&lcov);
            let file = self.folder.with_file_name("coverage.lcov");
            crate::report::write_whole(&file, &lcov)?;
        }
        Ok(Some(coverage))
    }

    /// The regions that ran. Call it after [`Profiles::measure`], whose merged profile it reads.
    ///
    /// # Errors
    /// [`Error::Setup`] when LLVM's tools are missing or fail.
    pub fn regions(&self, workspace: &Workspace) -> Result<Share, Error> {
        let tools = llvm::required()?;
        let format = ["-format=text", "-summary-only"];
        let ignored = self.ignored(workspace)?;
        let summary = self.export(&tools, &self.merged(), &format, &ignored)?;
        Ok(lcov::regions(&summary))
    }

    fn merged(&self) -> PathBuf {
        self.folder.join("merged.profdata")
    }

    fn ignored(&self, workspace: &Workspace) -> Result<String, Error> {
        let elsewhere = self.elsewhere.as_ref();
        elsewhere.map_or_else(
            || sources::ignored(workspace),
            |one| Ok(one.ignored.clone()),
        )
    }

    /// Merges the profiles of some folders into a file; false where one of them is torn.
    fn merge(&self, tools: &LlvmTools, folders: &[PathBuf], merged: &Path) -> Result<bool, Error> {
        let mut list = String::new();
        for file in folders.iter().flat_map(|folder| profiles_in(folder)) {
            list.push_str(&file.display().to_string());
            list.push('\n');
        }
        if list.is_empty() {
            return Err(Error::Setup(
                "the tests left no coverage profile; does a test set LLVM_PROFILE_FILE?".into(),
            ));
        }
        let files = self.folder.join("profiles.list");
        fs::write(&files, list).map_err(Error::io("write", &files))?;
        let mut command = Command::new(&tools.profdata);
        command.args(["merge", "-sparse", "-f"]).arg(&files);
        command.arg("-o").arg(merged);
        let finished = run(command, Streams::Capture, None)?;
        Ok(finished.end.success())
    }

    fn export(
        &self,
        tools: &LlvmTools,
        profile: &Path,
        format: &[&str],
        ignored: &str,
    ) -> Result<String, Error> {
        let mut command = Command::new(&tools.cov);
        command.arg("export").args(format);
        command.arg(format!("-instr-profile={}", profile.display()));
        for object in &self.objects {
            command.arg("-object").arg(object);
        }
        command.arg("-ignore-filename-regex").arg(ignored);
        let Finished { end, output, .. } = run(command, Streams::CaptureStdout, None)?;
        if end.success() {
            Ok(output)
        } else {
            Err(Error::Setup(format!("llvm-cov ended with {end}")))
        }
    }
}

/// The profiles in a folder: as programs leave them, or merged by another machine.
fn profiles_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| {
        let ending = file.extension();
        ending.is_some_and(|ending| ending == "profraw" || ending == "profdata")
    });
    files.sort();
    files
}
