//! Compiling the members so that their runs leave coverage profiles.
//!
//! Cargo hashes the path of `RUSTC_WORKSPACE_WRAPPER` into the file names of what members compile
//! to, so instrumented members live beside plain ones, and dependencies are shared with every
//! other build. Only the path is hashed, therefore it carries a hash of the flags, and it lies
//! outside of the target folder: one that is restored onto a clone elsewhere stays as good as new.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::Workspace;
use super::wrapper::{COVERAGE, FUSED, cache_folder, place};
use crate::error::Error;

/// The name under which it is itself.
const OWN: &str = "ci-stage";

/// What cargo-llvm-cov adds as well, so that both see the same code.
const FLAGS: [&str; 2] = ["-Cinstrument-coverage", "--cfg=coverage"];

/// All that a backtrace shows. What a debugger needs besides costs a tenth of a cold run, and
/// whoever debugs builds the test again, plainly.
const LINES: &str = "-Cdebuginfo=line-tables-only";

/// Those of cargo's words for which [`LINES`] is less.
const MORE_THAN_LINES: [&str; 4] = [
    "debuginfo=2",
    "debuginfo=full",
    "debuginfo=1",
    "debuginfo=limited",
];

/// How the members are compiled for the one run that gives the tests' verdict and the coverage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrumentation {
    wrapper: PathBuf,
    own: PathBuf,
    folder: PathBuf,
    /// Whether the same compile lints.
    pub fused: bool,
}

impl Instrumentation {
    /// Puts this program under the wrapper's name into the user's cache folder; without one, into
    /// the target folder.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be linked or copied there.
    pub fn prepare(workspace: &Workspace, fused: bool) -> Result<Self, Error> {
        let folder = workspace.target_directory().join("ci");
        let name = if fused { FUSED } else { COVERAGE };
        let hash = Sha256::digest(format!("{name} {FLAGS:?} {LINES}"));
        let hash = format!("wrapper-{:02x}{:02x}", hash[0], hash[1]);
        let wrapper = cache_folder()
            .unwrap_or_else(|| folder.clone())
            .join(hash)
            .join(name);
        place(&wrapper)?;
        let own = folder.join("program").join(OWN);
        place(&own)?;
        Ok(Self {
            wrapper,
            own,
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
        if self.fused && std::env::var_os("CARGO_INCREMENTAL").is_none() {
            // What would make the next edit cheap makes a run from nothing dear.
            command.env("CARGO_INCREMENTAL", "0");
        }
    }

    /// This program, at a place where no build replaces it.
    #[must_use]
    pub fn own_program(&self) -> PathBuf {
        self.own.clone()
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

/// The compiler as which this program acts under one of those names.
pub(super) fn compiler(rustc: OsString, arguments: &[OsString], fused: bool) -> Command {
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
        let is_more = |word: &OsString| MORE_THAN_LINES.iter().any(|more| word == more);
        if arguments.iter().any(is_more) {
            command.arg(LINES);
        }
    }
    command
}

#[cfg(test)]
mod tests {
    use super::{FLAGS, LINES, compiler};

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

    #[test]
    fn members_keep_the_lines_of_a_backtrace_and_lose_what_only_a_debugger_reads() {
        for (asked, lowered) in [
            ("debuginfo=2", true),
            ("debuginfo=limited", true),
            ("debuginfo=line-tables-only", false),
            ("debuginfo=0", false),
        ] {
            let arguments = ["--crate-name", "shop", "-C", asked].map(Into::into);
            let command = compiler("rustc".into(), &arguments, false);
            let last = command.get_args().last();
            assert_eq!(last == Some(LINES.as_ref()), lowered, "{asked}");
        }
    }
}
