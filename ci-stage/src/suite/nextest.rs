//! Running a build's tests through `cargo nextest`, which honours `.config/nextest.toml`.
//!
//! Nextest is handed the programs that are built already. Its exit code and its `JUnit` report
//! are read, never what it prints.

mod filter;
mod metadata;
mod results;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::conditions::Conditions;
use super::run::{Attempts, Job};
use crate::cargo::process::{End, Finished, Streams, run_leader};
use crate::cargo::{Built, Workspace};
use crate::error::Error;
use filter::{expressions, literal};
use metadata::{binaries, id};
use results::{matched, read};

/// The profile in nextest's configuration under which we run.
const PROFILE: &str = "ci-stage";

/// Runs the jobs whose programs speak libtest's language; gives their places and outcomes.
///
/// # Errors
/// [`Error::Setup`] with nextest's own words when it does not get to a verdict.
pub(super) fn run(
    workspace: &Workspace,
    built: &Built,
    (jobs, names): (&[Job<'_>], &[String]),
    conditions: &Conditions,
) -> Result<BTreeMap<usize, Attempts>, Error> {
    if !jobs.iter().any(|job| job.program.harness) {
        return Ok(BTreeMap::new());
    }
    let above = workspace.target_directory().join("ci/nextest");
    fs::create_dir_all(&above).map_err(Error::io("create", &above))?;
    // A folder of its own: what another run leaves, earlier or at the same time, must not be taken for
    // this one's, because a test that a report does not name counts as left out by a filter.
    let folder = TempDir::with_prefix_in("run-", &above).map_err(Error::io("create", &above))?;
    let folder = folder.path();
    let junit = folder.join("junit.xml");
    let finished = execute(workspace, built, (jobs, names), conditions, folder)?;
    match finished.end {
        // 0: passed; 100: a test failed; 4: there was none to run.
        End::Exited(0 | 100 | 4) => {}
        // 96: its configuration is wrong, as `.config/nextest.toml` says.
        End::Exited(96) => return Err(Error::Usage(finished.output.trim_end().to_owned())),
        end => {
            let said = finished.output.trim_end();
            return Err(Error::Setup(format!(
                "cargo nextest ended with {end}\n{said}"
            )));
        }
    }
    let cases = read(&junit)?;
    Ok(matched(jobs, &cases))
}

fn execute(
    workspace: &Workspace,
    built: &Built,
    (jobs, names): (&[Job<'_>], &[String]),
    conditions: &Conditions,
    folder: &Path,
) -> Result<Finished, Error> {
    let write = |name: &str, text: &str| -> Result<PathBuf, Error> {
        let file = folder.join(name);
        fs::write(&file, text).map_err(Error::io("write", &file))?;
        Ok(file)
    };
    let binaries = write("binaries.json", &binaries(workspace, built)?.to_string())?;
    let metadata = write(
        "metadata.json",
        &workspace.full_metadata_of_build(conditions.instrumentation.as_ref())?,
    )?;
    let junit = folder.join("junit.xml");
    let configuration = configuration(jobs, names, conditions, &junit);
    let configuration = write("nextest.toml", &configuration)?;
    let mut command = crate::cargo::command();
    command
        .args(["nextest", "run", "--no-fail-fast", "--profile", PROFILE])
        .arg("--binaries-metadata")
        .arg(binaries)
        .arg("--cargo-metadata")
        .arg(metadata)
        .arg("--tool-config-file")
        .arg(format!("ci-stage:{}", configuration.display()))
        .args(["--test-threads", &conditions.limits.jobs.to_string()])
        .args(["--status-level", "none", "--final-status-level", "none"])
        .args(["--no-pager", "--color", "never", "--show-progress", "none"])
        .envs(&conditions.environment);
    if conditions.sharding.is_some() {
        for expression in expressions(jobs) {
            command.arg("-E").arg(expression);
        }
    }
    workspace.prepare(&mut command);
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        command.env("RUST_BACKTRACE", "0");
    }
    run_leader(command, Streams::Capture)
}

/// What was asked for in our settings or on the command line. Overrides for single tests in the
/// workspace's own configuration still go before this.
fn configuration(
    jobs: &[Job<'_>],
    names: &[String],
    conditions: &Conditions,
    junit: &Path,
) -> String {
    let Conditions {
        limits, retries, ..
    } = conditions;
    let mut text = format!(
        "[profile.{PROFILE}]\n\
         slow-timeout = {{ period = \"{}ms\", terminate-after = 1, grace-period = \"0s\" }}\n",
        limits.test.as_millis()
    );
    // Writing to a text cannot fail.
    if retries.every > 0 {
        let _ = writeln!(text, "retries = {}", retries.every);
    }
    for job in jobs {
        let wanted = retries.of(&names[job.suite], &job.test.name);
        if wanted > retries.every {
            let _ = writeln!(
                text,
                "[[profile.{PROFILE}.overrides]]\n\
                 filter = '''binary_id(={}) & test(={})'''\nretries = {wanted}",
                literal(&id(job.program)),
                literal(&job.test.name)
            );
        }
    }
    let _ = writeln!(
        text,
        "[profile.{PROFILE}.junit]\npath = '{}'\nstore-success-output = false\n\
         store-failure-output = true",
        junit.display()
    );
    text
}
