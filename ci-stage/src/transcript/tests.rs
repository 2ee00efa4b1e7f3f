use std::time::Duration;

use proptest::prelude::*;

use super::{Counts, Failure, Outcome, Status, Suite, Transcript};
use crate::exit::ExitCode;

fn transcript(tests: Vec<(&str, Status)>) -> Transcript {
    let tests = tests.into_iter().map(|(name, status)| Outcome {
        name: name.to_owned(),
        status,
        duration: Duration::ZERO,
    });
    Transcript {
        suites: vec![Suite {
            name: "test_pricing".into(),
            tests: tests.collect(),
        }],
        duration: Duration::from_millis(39),
    }
}

fn failed(location: &str, message: &str) -> Status {
    Status::Failed(Failure {
        location: Some(location.into()),
        message: message.into(),
        ..Failure::default()
    })
}

fn late() -> Status {
    Status::Failed(Failure {
        message: "timed out after 2s, killed".into(),
        timed_out: true,
        ..Failure::default()
    })
}

#[test]
fn a_green_run_reads_as_learners_know_it() {
    let run = transcript(vec![
        ("adds_tax", Status::Passed),
        ("adds_late_fee", Status::Passed),
    ]);
    let expected = "\
CI STAGE: running test suite at 'test_pricing'
test_pricing::adds_tax PASSED
test_pricing::adds_late_fee PASSED
2 passed in 0.03s
--------------------------------------------------
BUILD PASSED: every test succeeded, proceeding to build stage
";
    assert_eq!(run.to_string(), expected);
    assert_eq!(run.exit_code(), ExitCode::Passed);
}

#[test]
fn a_red_run_shows_each_failure_with_its_place_and_values_before_the_count() {
    let assertion = "assertion `left == right` failed: gold earns 15 %\n  left: 132\n right: 127.5";
    let run = transcript(vec![
        ("subtotal", Status::Passed),
        ("gold", failed("tests/test_pricing.rs:24", assertion)),
        ("slow", Status::Ignored),
    ]);
    let expected = "\
CI STAGE: running test suite at 'test_pricing'
test_pricing::subtotal PASSED
test_pricing::gold FAILED
test_pricing::slow IGNORED
  test_pricing::gold at tests/test_pricing.rs:24
    assertion `left == right` failed: gold earns 15 %
      left: 132
     right: 127.5
1 failed, 1 passed, 1 ignored in 0.03s
--------------------------------------------------
BUILD FAILED: at least one test failed, stopping the pipeline
";
    assert_eq!(run.to_string(), expected);
    assert_eq!(run.exit_code(), ExitCode::TestFailed);
}

#[test]
fn a_run_of_nothing_but_ignored_tests_proves_nothing() {
    let run = transcript(vec![("slow", Status::Ignored)]);
    assert_eq!(run.exit_code(), ExitCode::NoTests);
    assert!(run.to_string().contains("\n0 passed, 1 ignored in 0.03s\n"));
    assert!(
        run.to_string()
            .ends_with("BUILD FAILED: no test ran, stopping the pipeline\n")
    );
}

#[test]
fn a_time_limit_is_its_own_class_unless_a_test_really_failed() {
    let only_late = transcript(vec![("hangs", late()), ("passes", Status::Passed)]);
    assert_eq!(only_late.exit_code(), ExitCode::TimedOut);
    let both = transcript(vec![("hangs", late()), ("fails", failed("a.rs:1", "no"))]);
    assert_eq!(both.exit_code(), ExitCode::TestFailed);
}

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        Just(Status::Passed),
        Just(Status::Ignored),
        Just(late()),
        Just(failed("a.rs:1", "no"))
    ]
}

proptest! {
    #[test]
    fn the_counts_add_up_to_the_tests_that_are_listed(
        statuses in proptest::collection::vec(any_status(), 0..40)
    ) {
        let run = transcript(statuses.into_iter().map(|status| ("t", status)).collect());
        let Counts { failed, passed, ignored } = run.counts();
        let text = run.to_string();
        let listed = |word: &str| text.lines().filter(|line| line.ends_with(word)).count();
        prop_assert_eq!(failed + passed + ignored, run.tests().count());
        prop_assert_eq!(listed("::t PASSED"), passed);
        prop_assert_eq!(listed("::t FAILED"), failed);
        prop_assert_eq!(listed("::t IGNORED"), ignored);
        prop_assert_eq!(run.exit_code() == ExitCode::Passed, failed == 0 && passed > 0);
    }
}
