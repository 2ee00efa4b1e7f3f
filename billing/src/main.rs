//! The `ledgerly` command.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    billing::cli::run().into()
}
