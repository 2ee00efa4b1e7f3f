//! `JUnit`: each test with its time; a stage without tests is a case of its own.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use crate::error::Error;
use crate::stage::{Report as Stage, State};
use crate::transcript::{Outcome, Status};
use crate::verdict::Verdict;

/// Renders the verdict.
///
/// # Errors
/// [`Error::Setup`] when it cannot be written, which its types rule out.
pub(super) fn render(verdict: &Verdict) -> Result<String, Error> {
    let mut report = Report::new("ci-stage");
    report.set_time(verdict.duration);
    for stage in &verdict.stages {
        let suites = stage.findings.tests.iter().flat_map(|tests| &tests.suites);
        for suite in suites {
            let cases = suite
                .tests
                .iter()
                .map(|test| case(stage, &suite.name, test));
            report.add_test_suite(test_suite(&suite.name, cases.collect()));
        }
        if stage.findings.tests.is_none() {
            let name = format!("stage {}", stage.name);
            report.add_test_suite(test_suite(&name, vec![stage_case(stage)]));
        }
    }
    report
        .to_string()
        .map_err(|error| Error::Setup(format!("cannot write JUnit: {error}")))
}

fn test_suite(name: &str, cases: Vec<TestCase>) -> TestSuite {
    let mut suite = TestSuite::new(name);
    suite.set_time(cases.iter().filter_map(|case| case.time).sum::<Duration>());
    suite.add_test_cases(cases);
    suite
}

fn case(stage: &Stage, suite: &str, test: &Outcome) -> TestCase {
    let status = match &test.status {
        Status::Passed => passed(stage, suite, test),
        Status::Ignored => TestCaseStatus::skipped(),
        Status::Failed(failure) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(failure.headline());
            status.set_type(if failure.timed_out {
                "timeout"
            } else {
                "failure"
            });
            let place = failure.location.as_ref();
            let place = place.map_or_else(String::new, |place| format!("{place}\n"));
            status.set_description(format!("{place}{}", failure.message));
            status
        }
    };
    let mut case = TestCase::new(test.name.clone(), status);
    case.set_classname(suite).set_time(test.duration);
    if let Status::Failed(failure) = &test.status {
        case.set_system_out(failure.output.as_str());
        let place = failure
            .location
            .as_ref()
            .and_then(|place| place.rsplit_once(':'));
        if let Some((file, line)) = place {
            case.extra.insert("file".into(), file.into());
            case.extra.insert("line".into(), line.into());
        }
    }
    case
}

/// A test in quarantine has passed, and its failed attempt is kept with it.
fn passed(stage: &Stage, suite: &str, test: &Outcome) -> TestCaseStatus {
    let mut status = TestCaseStatus::success();
    let flaky = &stage.findings.flaky;
    for entry in flaky
        .iter()
        .filter(|flaky| flaky.suite == suite && flaky.test == test.name)
    {
        let mut attempt = TestRerun::new(NonSuccessKind::Failure);
        attempt.set_message(entry.failure.message.as_str());
        status.add_rerun(attempt);
    }
    status
}

fn stage_case(stage: &Stage) -> TestCase {
    let status = match stage.state {
        State::NotRun | State::Cancelled => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(stage.summary.as_str());
            status
        }
        State::Ran | State::Cached if stage.is_red() => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(stage.summary.as_str());
            let found = stage.findings.diagnostics.iter();
            let found: Vec<&str> = found.map(|found| found.rendered.as_str()).collect();
            status.set_description(found.join("\n"));
            status
        }
        State::Ran | State::Cached | State::Earlier => TestCaseStatus::success(),
    };
    let mut case = TestCase::new(stage.name.clone(), status);
    case.set_classname("ci-stage").set_time(stage.duration);
    case
}
