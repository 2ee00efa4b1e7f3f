//! Processes and cargo: the only module that starts another program.

mod artifacts;
mod environment;
mod instrument;
mod messages;
mod plain;
pub mod process;
mod remap;
mod workspace;
mod wrapper;

pub use artifacts::{
    Built, Release, TestBuild, TestExecutable, TestScope, build_instrumented, build_release,
    build_tests, build_untested, release_command, try_build_tests,
};
pub use environment::RuntimeEnvironment;
pub use instrument::Instrumentation;
pub use messages::{Diagnostics, diagnose, diagnose_command};
pub use plain::PlainPrograms;
pub use workspace::Workspace;
pub use wrapper::as_wrapper;

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::error::Error;

/// The cargo that called us, if one did, otherwise the one on `PATH`.
#[must_use]
pub fn command() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The rustc that cargo uses.
#[must_use]
pub fn rustc() -> Command {
    Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
}

/// Where the toolchain keeps the standard library for this machine.
///
/// # Errors
/// [`Error::Setup`] when rustc does not run.
pub fn standard_library_folder() -> Result<PathBuf, Error> {
    static TOLD: OnceLock<String> = OnceLock::new();
    asked_once(&TOLD, &["--print", "target-libdir"]).map(PathBuf::from)
}

/// `rustc -vV`: the compiler's version and the machine it builds for.
///
/// # Errors
/// [`Error::Setup`] when rustc does not run.
pub fn rustc_version() -> Result<String, Error> {
    static TOLD: OnceLock<String> = OnceLock::new();
    asked_once(&TOLD, &["-vV"])
}

/// What rustc says, which stays the same as long as we run.
fn asked_once(told: &OnceLock<String>, arguments: &[&str]) -> Result<String, Error> {
    if let Some(told) = told.get() {
        return Ok(told.clone());
    }
    let mut rustc = rustc();
    rustc.args(arguments);
    let answer = process::run(rustc, process::Streams::Capture, None)?;
    let answer = answer.output.trim_end().to_owned();
    Ok(told.get_or_init(|| answer).clone())
}
