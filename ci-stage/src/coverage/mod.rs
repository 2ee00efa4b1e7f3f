//! Coverage from the one test run: profiles merged, programs exactly those that cargo reported.

mod gates;
mod lcov;
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

/// What an instrumented test run left behind.
#[derive(Debug, Clone)]
pub struct Profiles {
    folder: PathBuf,
    built: PathBuf,
    objects: Vec<PathBuf>,
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
        let profiles = Self {
            folder: instrumentation.folder().to_path_buf(),
            built: instrumentation.built_profiles(),
            objects: built.objects.clone(),
        };
        for folder in [profiles.tests(), profiles.doctests()] {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::io("empty", &folder)(error));
                }
                _ => fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?,
            }
        }
        Ok(profiles)
    }

    fn tests(&self) -> PathBuf {
        self.folder.join("tests")
    }

    fn doctests(&self) -> PathBuf {
        self.folder.join("doctests")
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
    pub fn of_doctests(&self) -> OsString {
        self.doctests().join("%p-%m.profraw").into()
    }

    /// Merges the profiles and reads the lines from the programs' coverage maps.
    ///
    /// `None` when the profiles do not merge: a killed program has left a torn one.
    ///
    /// # Errors
    /// [`Error::Setup`] when LLVM's tools are missing or fail.
    pub fn measure(&self, workspace: &Workspace, runs: Runs) -> Result<Option<Coverage>, Error> {
        if runs == Runs::TestsAndDoctests && raw_profiles(&self.doctests()).is_empty() {
            return Ok(None);
        }
        let tools = llvm::required()?;
        let Some(merged) = self.merge(&tools, runs)? else {
            return Ok(None);
        };
        let ignored = sources::ignored(workspace)?;
        let lcov = self.export(&tools, &merged, &["-format=lcov"], &ignored)?;
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
        let ignored = sources::ignored(workspace)?;
        let summary = self.export(&tools, &self.merged(), &format, &ignored)?;
        Ok(lcov::regions(&summary))
    }

    fn merged(&self) -> PathBuf {
        self.folder.join("merged.profdata")
    }

    fn merge(&self, tools: &LlvmTools, runs: Runs) -> Result<Option<PathBuf>, Error> {
        let mut folders = vec![self.tests(), self.built.clone()];
        if runs == Runs::TestsAndDoctests {
            folders.push(self.doctests());
        }
        let mut list = String::new();
        for file in folders.iter().flat_map(|folder| raw_profiles(folder)) {
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
        let merged = self.merged();
        let mut command = Command::new(&tools.profdata);
        command.args(["merge", "-sparse", "-f"]).arg(&files);
        command.arg("-o").arg(&merged);
        let finished = run(command, Streams::Capture, None)?;
        Ok(finished.end.success().then_some(merged))
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
            Err(Error::Setup(format!("llvm-cov ended with {end:?}")))
        }
    }
}

fn raw_profiles(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "profraw"));
    files.sort();
    files
}
