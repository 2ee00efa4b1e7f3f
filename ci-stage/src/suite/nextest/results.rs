//! What nextest's `JUnit` report says of each test.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use quick_junit::{Report, TestCase, TestCaseStatus, TestRerun, XmlString};

use super::metadata::id;
use crate::cargo::process::{End, Finished};
use crate::error::Error;
use crate::suite::failure::describe;
use crate::suite::run::{Attempts, Job, ignored};
use crate::transcript::{Failure, Outcome, Status};

pub(super) fn read(junit: &Path) -> Result<BTreeMap<(String, String), TestCase>, Error> {
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
pub(super) fn matched(
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
