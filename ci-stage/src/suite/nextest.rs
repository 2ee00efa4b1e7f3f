//! Running a build's tests through `cargo nextest`, which honours `.config/nextest.toml`.
//!
//! Nextest is handed the programs that are built already. Its exit code and its `JUnit` report
//! are read, never what it prints.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cargo_metadata::TargetKind;
use quick_junit::{Report, TestCase, TestCaseStatus, TestRerun, XmlString};
use serde_json::{Value, json};

use super::failure::describe;
use super::run::{Attempts, Conditions, Job, ignored};
use crate::cargo::process::{End, Finished, Streams, run_leader};
use crate::cargo::{Built, TestExecutable, Workspace, standard_library_folder};
use crate::error::Error;
use crate::transcript::{Failure, Outcome, Status};

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
    let folder = workspace.target_directory().join("ci/nextest");
    fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
    let junit = folder.join("junit.xml");
    // What an earlier run left must not be taken for this one's.
    let _ = fs::remove_file(&junit);
    let finished = execute(workspace, built, (jobs, names), conditions, &folder)?;
    match finished.end {
        // 0: passed; 100: a test failed; 4: there was none to run.
        End::Exited(0 | 100 | 4) => {}
        // 96: its configuration is wrong, as `.config/nextest.toml` says.
        End::Exited(96) => return Err(Error::Usage(finished.output.trim_end().to_owned())),
        end => {
            let said = finished.output.trim_end();
            return Err(Error::Setup(format!(
                "cargo nextest ended with {end:?}\n{said}"
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
    let metadata = write("metadata.json", &workspace.full_metadata()?)?;
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
    workspace.prepare(&mut command);
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        command.env("RUST_BACKTRACE", "0");
    }
    run_leader(command, Streams::Capture)
}

/// What nextest would have found out by building.
fn binaries(workspace: &Workspace, built: &Built) -> Result<Value, Error> {
    let target = workspace.target_directory();
    let inside = |path: &Path| path.strip_prefix(target).unwrap_or(path).to_path_buf();
    let programs = built.tests.iter().filter(|program| program.harness);
    let rust_binaries: serde_json::Map<String, Value> = programs
        .map(|program| (id(program), described(program)))
        .collect();
    let mut others: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (package, name, path) in &built.binaries {
        let binary = json!({ "name": name, "kind": "bin-exe", "path": inside(path) });
        others.entry(package.repr.clone()).or_default().push(binary);
    }
    let scripts = built.build_scripts.iter();
    let out_dirs: BTreeMap<&str, PathBuf> = scripts
        .clone()
        .map(|script| {
            (
                &*script.package_id.repr,
                inside(script.out_dir.as_std_path()),
            )
        })
        .collect();
    let information: BTreeMap<&str, Value> = scripts
        .clone()
        .map(|script| {
            let variables: BTreeMap<_, _> = script.env.iter().cloned().collect();
            (&*script.package_id.repr, json!({ "envs": variables }))
        })
        .collect();
    let linked: Vec<PathBuf> = scripts
        .flat_map(|script| &script.linked_paths)
        .map(|path| path.as_str())
        .map(|path| path.split_once('=').map_or(path, |(_, path)| path))
        .filter(|path| Path::new(path).starts_with(target))
        .map(|path| inside(Path::new(path)))
        .collect();
    Ok(json!({
        "rust-build-meta": {
            "target-directory": target,
            "build-directory": workspace.build_directory(),
            "base-output-directories": ["debug"],
            "non-test-binaries": others,
            "build-script-out-dirs": out_dirs,
            "build-script-info": information,
            "linked-paths": linked,
            "platforms": {
                "host": {
                    "platform": { "triple": host()?, "target-features": "unknown" },
                    "libdir": { "status": "available", "path": standard_library_folder()? },
                },
                "targets": [],
            },
        },
        "rust-binaries": rust_binaries,
    }))
}

fn host() -> Result<String, Error> {
    let version = crate::cargo::rustc_version()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Error::Setup(format!("`rustc -vV` names no host:\n{version}")))
}

fn described(program: &TestExecutable) -> Value {
    json!({
        "binary-id": id(program),
        "binary-name": program.target,
        "package-id": program.package.repr,
        "kind": kind(program),
        "binary-path": program.executable,
        "build-platform": if program.kind == TargetKind::ProcMacro { "host" } else { "target" },
    })
}

fn kind(program: &TestExecutable) -> &'static str {
    match program.kind {
        TargetKind::Test => "test",
        TargetKind::Bin => "bin",
        TargetKind::Example => "example",
        TargetKind::Bench => "bench",
        TargetKind::ProcMacro => "proc-macro",
        _ => "lib",
    }
}

/// As nextest names a program.
fn id(program: &TestExecutable) -> String {
    let (package, target) = (&program.package_name, &program.target);
    match kind(program) {
        "test" => format!("{package}::{target}"),
        "lib" | "proc-macro" => package.clone(),
        kind => format!("{package}::{kind}/{target}"),
    }
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
                 filter = 'binary_id(={}) & test(={})'\nretries = {wanted}",
                id(job.program),
                job.test.name
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

fn read(junit: &Path) -> Result<BTreeMap<(String, String), TestCase>, Error> {
    // A run without a single test writes no report.
    let text = match fs::read_to_string(junit) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        text => text.map_err(Error::io("read", junit))?,
    };
    let report = Report::deserialize_from_str(&text)
        .map_err(|error| Error::Setup(format!("nextest's report cannot be read: {error}")))?;
    let mut cases = BTreeMap::new();
    for suite in report.test_suites {
        for case in suite.test_cases {
            let key = (suite.name.to_string(), case.name.to_string());
            cases.insert(key, case);
        }
    }
    Ok(cases)
}

/// A listed test without a case was left out by nextest's own filters.
fn matched(
    jobs: &[Job<'_>],
    cases: &BTreeMap<(String, String), TestCase>,
) -> BTreeMap<usize, Attempts> {
    let listed = jobs.iter().enumerate();
    listed
        .filter(|(_, job)| job.program.harness)
        .map(|(place, job)| {
            let name = &job.test.name;
            let case = cases.get(&(id(job.program), name.clone()));
            let attempts = case.map_or_else(
                || Attempts {
                    last: ignored(name),
                    first_failure: None,
                },
                |case| attempts(name, case),
            );
            (place, attempts)
        })
        .collect()
}

fn attempts(name: &str, case: &TestCase) -> Attempts {
    let outcome = |status| Outcome {
        name: name.to_owned(),
        status,
        duration: case.time.unwrap_or_default(),
    };
    match &case.status {
        TestCaseStatus::Success { flaky_runs } => Attempts {
            last: outcome(Status::Passed),
            first_failure: flaky_runs.first().map(|run| {
                let attempt = u32::try_from(flaky_runs.len()).unwrap_or(u32::MAX);
                (attempt.saturating_add(1), failure_of_run(name, run))
            }),
        },
        TestCaseStatus::NonSuccess { ty, message, .. } => Attempts {
            last: outcome(Status::Failed(failure(
                name,
                &Said {
                    kind: ty.as_ref(),
                    message: message.as_ref(),
                    out: case.system_out.as_ref(),
                    err: case.system_err.as_ref(),
                    time: case.time,
                },
            ))),
            first_failure: None,
        },
        TestCaseStatus::Skipped { .. } => Attempts {
            last: ignored(name),
            first_failure: None,
        },
    }
}

fn failure_of_run(name: &str, run: &TestRerun) -> Failure {
    failure(
        name,
        &Said {
            kind: run.ty.as_ref(),
            message: run.message.as_ref(),
            out: run.system_out.as_ref(),
            err: run.system_err.as_ref(),
            time: run.time,
        },
    )
}

/// What a report says of a failed attempt.
struct Said<'a> {
    kind: Option<&'a XmlString>,
    message: Option<&'a XmlString>,
    out: Option<&'a XmlString>,
    err: Option<&'a XmlString>,
    time: Option<Duration>,
}

fn failure(name: &str, said: &Said<'_>) -> Failure {
    let text = |part: Option<&XmlString>| part.map(|text| text.as_str().to_owned());
    let time = said.time.unwrap_or_default();
    let mut output = text(said.out).unwrap_or_default();
    output.push('\n');
    output.push_str(&text(said.err).unwrap_or_default());
    describe(
        name,
        &Finished {
            end: end(
                &text(said.kind).unwrap_or_default(),
                &text(said.message).unwrap_or_default(),
                time,
            ),
            output,
            duration: time,
        },
    )
}

/// `test timeout`, `test abort` with `... signal 6 (SIGABRT)`, `test failure with exit code 101`.
fn end(kind: &str, message: &str, time: Duration) -> End {
    let number = |text: &str, label: &str| {
        let (_, rest) = text.split_once(label)?;
        rest.split(' ').next()?.parse().ok()
    };
    if kind.contains("timeout") {
        End::TimedOut(Duration::from_secs(time.as_secs()))
    } else if kind.contains("abort") {
        End::Signal(number(message, "signal ").unwrap_or_default())
    } else {
        End::Exited(number(kind, "exit code ").unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::end;
    use crate::cargo::process::End;

    #[test]
    fn each_kind_of_end_is_told_from_the_report() {
        let time = Duration::from_millis(2_010);
        for (kind, message, expected) in [
            ("test failure with exit code 101", "", End::Exited(101)),
            (
                "test abort",
                "process aborted with signal 6 (SIGABRT)",
                End::Signal(6),
            ),
            ("test timeout", "", End::TimedOut(Duration::from_secs(2))),
        ] {
            assert_eq!(end(kind, message, time), expected, "{kind}");
        }
    }
}
