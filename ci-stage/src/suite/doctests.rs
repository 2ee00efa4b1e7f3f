//! The examples in the documentation, which only rustdoc can run.

use std::process::Command;
use std::time::{Duration, Instant};

use cargo_metadata::Target;

use super::failure::of_examples;
use crate::cargo::Workspace;
use crate::cargo::process::{Finished, Streams, run};
use crate::error::Error;
use crate::shard::EXAMPLES;
use crate::transcript::{Outcome, Status, Suite, Transcript};

/// The names under which they are shown.
pub(super) const SUITE: &str = EXAMPLES.0;
pub(super) const TEST: &str = EXAMPLES.1;

/// Runs the doctests of every member with `cargo test --doc`; its exit code is the verdict of
/// all of them together, so they are shown as one test. They are killed after `limit`; `prepare` sets the environment.
///
/// # Errors
/// [`Error::Setup`] when cargo cannot be started; [`Error::Interrupted`] after ^C.
pub fn doctests(
    workspace: &Workspace,
    limit: Duration,
    prepare: impl Fn(&mut Command),
) -> Result<Transcript, Error> {
    let started = Instant::now();
    let mut suites = Vec::new();
    if can_have_doctests(workspace) {
        let mut command = workspace.cargo(&["test", "--doc", "--workspace"]);
        command.env_remove("RUST_BACKTRACE");
        prepare(&mut command);
        let finished = run(command, Streams::Capture, Some(limit))?;
        suites.extend(suite(&finished));
    }
    let duration = if suites.is_empty() {
        Duration::ZERO
    } else {
        started.elapsed()
    };
    Ok(Transcript { suites, duration })
}

fn suite(finished: &Finished) -> Option<Suite> {
    let status = if finished.end.success() {
        // A green run of nothing must not count as a test.
        if !ran_any(&finished.output) {
            return None;
        }
        Status::Passed
    } else {
        Status::Failed(of_examples(finished))
    };
    Some(Suite {
        name: SUITE.into(),
        tests: vec![Outcome {
            name: TEST.into(),
            status,
            duration: finished.duration,
        }],
    })
}

/// rustdoc says `running N tests` for each library; whether they passed is the exit code's say.
fn ran_any(output: &str) -> bool {
    let announced = output
        .lines()
        .filter_map(|line| line.strip_prefix("running "));
    announced
        .filter_map(|rest| rest.split(' ').next()?.parse::<u64>().ok())
        .any(|count| count > 0)
}

/// Whether any member has documentation whose examples rustdoc would run.
pub(crate) fn can_have_doctests(workspace: &Workspace) -> bool {
    let documented = |target: &Target| target.doctest && !target.is_bin();
    let packages = workspace.packages();
    let mut targets = packages.iter().flat_map(|package| &package.targets);
    targets.any(documented)
}
