//! The real binary, run as if nothing had run it.

use std::process::Command;

/// The binary with a clean environment: what an outer `cargo test` or `cargo llvm-cov` has set
/// must not steer the cargo calls inside. `LLVM_PROFILE_FILE` stays, so that the binary's own
/// coverage is counted.
pub(crate) fn ci_stage() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ci-stage"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let steers = [
            "CARGO",
            "RUSTC",
            "RUSTFLAGS",
            "RUSTDOC",
            "NEXTEST",
            "GITHUB",
            "RUST_BACKTRACE",
            // What a CI server sets changes what is cached and what is annotated.
            "CI",
            "GITHUB_",
        ];
        let from_outside = steers.iter().any(|prefix| name.starts_with(prefix))
            || name.contains("LLVM_COV")
            || name == "LD_LIBRARY_PATH";
        if from_outside && name != "CARGO_HOME" {
            command.env_remove(&*name);
        }
    }
    command.env("NO_COLOR", "1").env(
        "XDG_CACHE_HOME",
        concat!(env!("CARGO_TARGET_TMPDIR"), "/cache"),
    );
    command
}
