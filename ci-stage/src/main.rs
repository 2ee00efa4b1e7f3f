//! The `ci-stage` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    ci_stage::cargo::as_wrapper().unwrap_or_else(|| ci_stage::cli::main(std::env::args_os()).into())
}
