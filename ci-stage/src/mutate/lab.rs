//! The place below the target folder where copies of the workspace are built.

use std::collections::BTreeMap;
use std::fs::{self, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::tree::{Copy, Original, hash_of, write_if_different};
use crate::cargo::process::{Mark, Streams, interrupted, run};
use crate::cargo::{self, TestBuild, TestScope, Workspace, try_build_tests};
use crate::console::complain;
use crate::error::Error;

/// How a copy is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    /// Every use of a tagged constant is reported.
    Probe,
    /// All mutants at once, with the library that switches them.
    Schema,
    /// As the user would, for one real edit.
    Plain,
}

impl Flavour {
    fn name(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::Schema => "schema",
            Self::Plain => "plain",
        }
    }
}

/// What is judged by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judges {
    pub(super) scope: TestScope,
    /// Cargo's own switches: features.
    pub(super) extra: Vec<String>,
}

/// The copies of one workspace.
pub(super) struct Lab {
    /// Where reports are written.
    pub(super) results: PathBuf,
    base: PathBuf,
    pub(super) original: Original,
    pub(super) judges: Judges,
    /// The path dependencies that lie outside of the workspace.
    pub(super) outside: Vec<PathBuf>,
    _lock: fs::File,
    /// What is on every program that runs tests here.
    pub(super) mark: Mark,
    /// What is on every build.
    builds: Mark,
}

/// A copy that was built, well or not.
pub(super) struct Trial {
    pub(super) workspace: Workspace,
    pub(super) build: TestBuild,
}

impl Lab {
    /// Takes possession of the place; a second run waits for the first.
    pub(super) fn open(workspace: &Workspace, judges: Judges) -> Result<Self, Error> {
        let results = results(workspace);
        // Other judges see other uses, so each has copies of its own; what they share is compiled once.
        let folder = hash_of(format!("{judges:?}").as_bytes());
        let base = results.join(&folder[..8]);
        fs::create_dir_all(&base).map_err(Error::io("create", &base))?;
        let lock = locked(&results.join("lock"))?;
        let mark = Mark::of(&results);
        let builds = Mark::of(&results.join("target"));
        // What a run that was killed has left: nobody else may work here now.
        mark.end_left_behind();
        builds.end_unfinished_builds();
        Ok(Self {
            original: original(workspace)?,
            outside: outside(workspace),
            results,
            base,
            judges,
            _lock: lock,
            mark,
            builds,
        })
    }

    /// Builds the tests of a copy in which some files hold other texts.
    pub(super) fn build(
        &self,
        flavour: Flavour,
        texts: &BTreeMap<String, String>,
    ) -> Result<Trial, Error> {
        let folder = self.base.join(flavour.name());
        let copy = Copy::at(&folder, &self.original, &self.outside)?;
        let mut texts = texts.clone();
        self.stand_alone(&copy.root, &mut texts)?;
        copy.sync(&self.original, &texts)?;
        let workspace = Workspace::find(Some(&copy.root.join("Cargo.toml")))?;
        let mut command = workspace.cargo(&["test", "--quiet"]);
        command
            .args(self.judges.scope.arguments())
            .args(&self.judges.extra)
            .arg("--target-dir")
            .arg(self.results.join("target"))
            // Panics name their lines without debug information.
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        let (variable, mark) = self.builds.variable();
        command.env(variable, mark);
        match self.wrapper(flavour)? {
            Some(wrapper) => command.env("RUSTC_WORKSPACE_WRAPPER", wrapper),
            None => command.env_remove("RUSTC_WORKSPACE_WRAPPER"),
        };
        let build = try_build_tests(&workspace, command)?;
        Ok(Trial { workspace, build })
    }

    /// A package without a `[workspace]` of its own would be taken for a part of whatever workspace
    /// lies round the target folder.
    fn stand_alone(&self, root: &Path, texts: &mut BTreeMap<String, String>) -> Result<(), Error> {
        let manifest = self.original.text("Cargo.toml")?;
        let is_root = |text: &str| {
            let table: toml::Table = text.parse().unwrap_or_default();
            table.contains_key("workspace")
        };
        let round = root
            .ancestors()
            .skip(1)
            .map(|folder| folder.join("Cargo.toml"));
        let mut round = round.filter_map(|manifest| fs::read_to_string(manifest).ok());
        if !is_root(&manifest) && round.any(|text| is_root(&text)) {
            texts.insert(
                "Cargo.toml".to_owned(),
                format!("{manifest}\n[workspace]\n"),
            );
        }
        Ok(())
    }

    /// The program that cargo calls instead of the compiler. Its path is part of what cargo
    /// remembers of a build, so other flags need another path.
    fn wrapper(&self, flavour: Flavour) -> Result<Option<PathBuf>, Error> {
        let flags = match flavour {
            Flavour::Plain => return Ok(None),
            Flavour::Probe => "--force-warn deprecated --cap-lints warn".to_owned(),
            Flavour::Schema => {
                let folder = self.runtime()?;
                let folder = quoted(&folder);
                format!(
                    "--cap-lints warn --extern __ci_stage_rt={folder}/lib__ci_stage_rt.rlib -L dependency={folder}"
                )
            }
        };
        let script = format!("#!/bin/sh\nexec \"$@\" {flags}\n");
        let name = format!("{}-{}", flavour.name(), &hash_of(script.as_bytes())[..16]);
        let path = self.results.join("wrappers").join(name);
        if !path.is_file() {
            let written = path.with_extension("new");
            write_if_different(&written, script.as_bytes())?;
            make_executable(&written)?;
            fs::rename(&written, &path).map_err(Error::io("write", &path))?;
        }
        Ok(Some(path))
    }

    /// Compiles the switching library, once for each compiler.
    fn runtime(&self) -> Result<PathBuf, Error> {
        const SOURCE: &str = include_str!("runtime/switch.rs");
        let compiler = cargo::rustc_version()?;
        let hash = hash_of(format!("{compiler}\n{SOURCE}").as_bytes());
        let folder = self.results.join("runtime").join(&hash[..16]);
        if folder.join("lib__ci_stage_rt.rlib").is_file() {
            return Ok(folder);
        }
        let source = folder.join("switch.rs");
        write_if_different(&source, SOURCE.as_bytes())?;
        let mut rustc = cargo::rustc();
        rustc
            .args([
                "--crate-name",
                "__ci_stage_rt",
                "--crate-type",
                "rlib",
                "--edition",
                "2021",
                "-O",
            ])
            .arg("--out-dir")
            .arg(&folder)
            .arg(&source)
            .current_dir(&self.original.root);
        let finished = run(rustc, Streams::Capture, None)?;
        if finished.end.success() {
            Ok(folder)
        } else {
            Err(Error::Setup(format!(
                "the compiler does not compile the switch of mutants\n{}",
                finished.output
            )))
        }
    }

    /// A file of the lab's own.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.base.join(name)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.mark.end_left_behind();
        let _ = fs::remove_dir_all(self.path("tmp"));
        let _ = fs::remove_dir_all(self.path("reads"));
    }
}

/// Waits for whoever works here, and can be interrupted while it waits.
fn locked(path: &Path) -> Result<fs::File, Error> {
    const PAUSE: Duration = Duration::from_millis(50);
    let lock = fs::File::create(path).map_err(Error::io("create", path))?;
    let mut waiting = false;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::Error(error)) => return Err(Error::io("lock", path)(error)),
            Err(TryLockError::WouldBlock) => {}
        }
        if interrupted() {
            return Err(Error::Interrupted);
        }
        if !waiting {
            complain("waiting for another `ci-stage mutate` of this workspace");
        }
        waiting = true;
        thread::sleep(PAUSE);
    }
}

fn results(workspace: &Workspace) -> PathBuf {
    workspace.target_directory().join("ci").join("mutate")
}

/// The workspace as it is now.
pub(super) fn original(workspace: &Workspace) -> Result<Original, Error> {
    let memory = results(workspace).join("memory.json");
    Original::read(workspace.root(), workspace.target_directory(), &memory)
}

fn outside(workspace: &Workspace) -> Vec<PathBuf> {
    let packages = workspace.packages();
    let dependencies = packages.iter().flat_map(|package| &package.dependencies);
    let paths = dependencies.filter_map(|dependency| dependency.path.clone());
    let outside = paths
        .map(PathBuf::from)
        .filter(|path| !path.starts_with(workspace.root()));
    outside.collect()
}

fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "'\\''"))
}

fn make_executable(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(Error::io("write", path))
}
