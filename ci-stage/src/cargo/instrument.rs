//! Compiling the members so that their runs leave coverage profiles.
//!
//! Cargo hashes the path of `RUSTC_WORKSPACE_WRAPPER` into the file names of what members compile
//! to, so instrumented members live beside plain ones, and dependencies are shared with every
//! other build. Only the path is hashed, therefore it carries a hash of the flags.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::Workspace;
use crate::error::Error;

/// The name under which this program is rustc with coverage.
const COVERAGE: &str = "ci-stage-coverage-rustc";

/// The name under which this program is clippy and rustc with coverage in one.
const FUSED: &str = "ci-stage-fused-rustc";

/// The name under which it is itself.
const OWN: &str = "ci-stage";

/// What cargo-llvm-cov adds as well, so that both see the same code.
const FLAGS: [&str; 2] = ["-Cinstrument-coverage", "--cfg=coverage"];

/// How the members are compiled for the one run that gives the tests' verdict and the coverage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrumentation {
    wrapper: PathBuf,
    folder: PathBuf,
    /// Whether the same compile lints.
    pub fused: bool,
}

impl Instrumentation {
    /// Puts this program under the wrapper's name into the target folder.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be linked or copied there.
    pub fn prepare(workspace: &Workspace, fused: bool) -> Result<Self, Error> {
        let folder = workspace.target_directory().join("ci");
        let name = if fused { FUSED } else { COVERAGE };
        let hash = Sha256::digest(format!("{name} {FLAGS:?}"));
        let wrapper = folder
            .join(format!("wrapper-{:02x}{:02x}", hash[0], hash[1]))
            .join(name);
        place(&wrapper)?;
        place(&wrapper.with_file_name(OWN))?;
        Ok(Self {
            wrapper,
            folder: folder.join("coverage"),
            fused,
        })
    }

    /// Sets what a cargo command needs to build instrumented members.
    pub fn apply(&self, command: &mut Command) {
        command
            .env("RUSTC_WORKSPACE_WRAPPER", &self.wrapper)
            // Instrumented macros run inside the compiler, and build scripts may link a member.
            .env(
                "LLVM_PROFILE_FILE",
                self.built_profiles().join("%m.profraw"),
            );
    }

    /// This program, at a place where no build replaces it.
    #[must_use]
    pub fn own_program(&self) -> PathBuf {
        self.wrapper.with_file_name(OWN)
    }

    /// The folder of everything that belongs to the coverage of the last run.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where programs leave profiles that run while the build goes on.
    #[must_use]
    pub fn built_profiles(&self) -> PathBuf {
        self.folder.join("build")
    }
}

/// A hard link costs nothing; over the border of a file system only a copy is possible.
fn place(wrapper: &Path) -> Result<(), Error> {
    // Later on the program itself may have been replaced: it can be a member of the workspace.
    static PLACED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let mut placed = PLACED.lock().unwrap_or_else(PoisonError::into_inner);
    if !placed.contains(wrapper) {
        put(wrapper)?;
        placed.insert(wrapper.to_path_buf());
    }
    Ok(())
}

fn put(wrapper: &Path) -> Result<(), Error> {
    let program = std::env::current_exe().map_err(Error::io("find", "ci-stage".as_ref()))?;
    if same_file(&program, wrapper) {
        return Ok(());
    }
    let folder = wrapper.parent().unwrap_or(wrapper);
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    // A run beside this one may be using the old one: it is replaced in one step.
    let fresh = tempfile::Builder::new().tempdir_in(folder);
    let fresh = fresh.map_err(Error::io("create", folder))?;
    let link = fresh.path().join("new");
    std::fs::hard_link(&program, &link)
        .or_else(|_| copy(&program, &link))
        .and_then(|()| std::fs::rename(&link, wrapper))
        .map_err(Error::io("write", wrapper))
}

/// With the original's time, by which the copy is recognized next time.
fn copy(program: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(program, to)?;
    let time = std::fs::metadata(program)?.modified()?;
    std::fs::File::options()
        .write(true)
        .open(to)?
        .set_modified(time)
}

fn same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.len(), found.mtime(), found.mtime_nsec()))
    };
    identity(one).is_some_and(|one| identity(other) == Some(one))
}

/// If cargo called this program as its wrapper, becomes the compiler and does not return unless
/// that cannot be started.
#[must_use]
pub fn as_wrapper() -> Option<ExitCode> {
    let mut arguments = std::env::args_os();
    let own = arguments.next()?;
    let fused = match Path::new(&own).file_name()?.to_str()? {
        COVERAGE => false,
        FUSED => true,
        _ => return None,
    };
    let rustc = arguments.next()?;
    let arguments: Vec<OsString> = arguments.collect();
    let error = compiler(rustc, &arguments, fused).exec();
    crate::console::complain(format_args!("error: the compiler does not start: {error}"));
    Some(ExitCode::FAILURE)
}

fn compiler(rustc: OsString, arguments: &[OsString], fused: bool) -> Command {
    let mut names = arguments.iter().skip_while(|word| *word != "--crate-name");
    let name = names.nth(1).and_then(|name| name.to_str());
    // Cargo asks for versions under the name `___`. A build script is no part of the product.
    let is_code = name.is_some_and(|name| name != "___" && !name.starts_with("build_script_"));
    let mut command = if fused && is_code {
        let mut clippy = Command::new("clippy-driver");
        clippy.arg(rustc);
        clippy
    } else {
        Command::new(rustc)
    };
    command.args(arguments);
    if is_code {
        command.args(FLAGS);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::{FLAGS, compiler};

    #[test]
    fn code_is_instrumented_but_questions_and_build_scripts_are_not() {
        for (name, instrumented) in [
            ("shop", true),
            ("___", false),
            ("build_script_build", false),
        ] {
            let arguments = ["--crate-name", name].map(Into::into);
            let command = compiler("rustc".into(), &arguments, false);
            let last = command.get_args().last().map(ToOwned::to_owned);
            assert_eq!(
                last == Some(FLAGS[1].into()),
                instrumented,
                "{name}: {command:?}"
            );
        }
    }
}
