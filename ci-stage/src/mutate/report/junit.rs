//! The sweep as `JUnit` XML: a suite for each constant, a case for each mutant.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::wording;
use crate::error::Error;
use crate::mutate::matrix::{Constant, Matrix, Mutant, Verdict};

/// The whole report. A mutant that nobody noticed is a failure, one that does not compile is skipped.
pub(super) fn report(matrix: &Matrix) -> Result<String, Error> {
    let mut report = Report::new("ci-stage mutate");
    report.set_time(Duration::from_millis(matrix.duration_ms));
    for constant in &matrix.constants {
        let suite = suite(matrix, constant);
        if !suite.test_cases.is_empty() {
            report.add_test_suite(suite);
        }
    }
    report
        .to_string()
        .map_err(|error| Error::Setup(format!("cannot write JUnit XML: {error}")))
}

fn suite(matrix: &Matrix, constant: &Constant) -> TestSuite {
    let mut suite = TestSuite::new(&constant.path);
    let span = &constant.span;
    suite.add_property(("file", format!("{}:{}", span.file, span.line).as_str()));
    for mutant in &matrix.mutants {
        if mutant.constant == constant.id {
            suite.add_test_case(case(matrix, constant, mutant));
        }
    }
    suite
}

fn case(matrix: &Matrix, constant: &Constant, mutant: &Mutant) -> TestCase {
    let name = format!("{} ({})", wording::change(mutant), mutant.operator);
    let mut case = TestCase::new(name, status(matrix, mutant));
    case.set_classname(&constant.path);
    case.set_time(Duration::from_millis(mutant.duration_ms));
    // GitLab and CircleCI link these two to the source.
    case.extra
        .insert("file".into(), mutant.span.file.as_str().into());
    case.extra
        .insert("line".into(), mutant.span.line.to_string().into());
    if !mutant.killed_by.is_empty() {
        case.set_system_out(wording::reason(matrix, mutant));
    }
    case
}

fn status(matrix: &Matrix, mutant: &Mutant) -> TestCaseStatus {
    let mut status = match mutant.verdict {
        Verdict::Killed | Verdict::Timeout => return TestCaseStatus::success(),
        Verdict::Unviable => TestCaseStatus::skipped(),
        Verdict::Survived | Verdict::NoCoverage => {
            let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
            failure.set_type(mutant.verdict.to_string());
            failure
        }
    };
    status.set_message(wording::reason(matrix, mutant));
    status
}
