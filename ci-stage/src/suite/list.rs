//! Asking a test program for its tests.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use super::order;
use crate::cargo::TestExecutable;
use crate::cargo::process::{Streams, run};
use crate::error::Error;

/// A test that a program holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its path inside the program.
    pub(crate) name: String,
    /// Whether it carries `#[ignore]`.
    pub(crate) ignored: bool,
}

/// A program that takes longer only to name its tests hangs before `main` or is no libtest.
const LISTING_LIMIT: Duration = Duration::from_mins(1);

/// The tests of a program, in the order in which they stand in its source.
///
/// A program without libtest's harness is one test, named like its target.
pub(crate) fn tests(
    test: &TestExecutable,
    command: impl Fn() -> Command,
) -> Result<Vec<Listed>, Error> {
    if !test.harness {
        return Ok(vec![Listed {
            name: test.target.clone(),
            ignored: false,
        }]);
    }
    let ask = |extra: &[&str]| {
        let mut command = command();
        command.args(["--list", "--format", "terse"]).args(extra);
        names(test, command)
    };
    let ignored: BTreeSet<String> = ask(&["--ignored"])?.into_iter().collect();
    let names = order::in_source_order(ask(&[])?, &test.source);
    Ok(names
        .into_iter()
        .map(|name| Listed {
            ignored: ignored.contains(&name),
            name,
        })
        .collect())
}

fn names(test: &TestExecutable, command: Command) -> Result<Vec<String>, Error> {
    let finished = run(command, Streams::Capture, Some(LISTING_LIMIT))?;
    if !finished.end.success() {
        return Err(Error::Setup(format!(
            "the tests of `{}` cannot be listed: `{} --list` ended with {:?}\n{}",
            test.target,
            test.executable.display(),
            finished.end,
            finished.output.trim_end(),
        )));
    }
    let tests = finished.output.lines();
    Ok(tests
        .filter_map(|line| line.strip_suffix(": test"))
        .map(str::to_owned)
        .collect())
}
