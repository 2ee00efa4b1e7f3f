//! Processes and cargo: the only module that starts another program.

mod artifacts;
mod environment;
pub mod process;
mod workspace;

pub use artifacts::{Built, TestExecutable, TestScope, build_tests};
pub use environment::RuntimeEnvironment;
pub use workspace::Workspace;

use std::process::Command;

/// The cargo that called us, if one did, otherwise the one on `PATH`.
#[must_use]
pub fn command() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
