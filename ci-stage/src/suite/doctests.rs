//! The examples in the documentation, which only rustdoc can run.

use std::time::{Duration, Instant};

use cargo_metadata::Target;

use super::failure::of_output;
use crate::cargo::Workspace;
use crate::cargo::process::{Streams, run};
use crate::error::Error;
use crate::transcript::{Outcome, Status, Suite, Transcript};

/// Runs the doctests of every member with `cargo test --doc`; its exit code is the verdict of
/// all of them together, so they are shown as one test.
///
/// # Errors
/// [`Error::Setup`] when cargo cannot be started; [`Error::Interrupted`] after ^C.
pub fn doctests(workspace: &Workspace) -> Result<Transcript, Error> {
    let started = Instant::now();
    let mut suites = Vec::new();
    if has_doctests(workspace)? {
        let mut command = workspace.cargo(&["test", "--doc", "--workspace", "--quiet"]);
        command.env_remove("RUST_BACKTRACE");
        let finished = run(command, Streams::Capture, None)?;
        let status = if finished.end.success() {
            Status::Passed
        } else {
            Status::Failed(of_output(&finished))
        };
        suites.push(Suite {
            name: "doctests".into(),
            tests: vec![Outcome {
                name: "workspace".into(),
                status,
                duration: finished.duration,
            }],
        });
    }
    let duration = if suites.is_empty() {
        Duration::ZERO
    } else {
        started.elapsed()
    };
    Ok(Transcript { suites, duration })
}

/// Whether there is an example to run: a green run of nothing must not count as a test.
fn has_doctests(workspace: &Workspace) -> Result<bool, Error> {
    let documented = |target: &Target| target.doctest && !target.is_bin();
    let packages = workspace.packages();
    let mut targets = packages.iter().flat_map(|package| &package.targets);
    if !targets.any(documented) {
        return Ok(false);
    }
    let mut list = workspace.cargo(&["test", "--doc", "--workspace", "--quiet"]);
    list.args(["--", "--list", "--format", "terse"]);
    let listed = run(list, Streams::Capture, None)?;
    // A library that rustdoc cannot even list is red, and running it shows why.
    let any = listed.output.lines().any(|line| line.ends_with(": test"));
    Ok(any || !listed.end.success())
}
