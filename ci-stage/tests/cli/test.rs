//! `ci-stage test`

use std::fs;

use snapbox::str;

use crate::processes::{Running, is_gone};
use crate::project::Project;

#[test]
fn a_green_workspace_prints_every_suite_in_source_order_and_one_verdict() {
    let answer = Project::of("passes").ci_stage(&["test"]);
    answer.prints(
        0,
        str![[r#"
CI STAGE: running test suite at 'passes'
passes::tests::nothing_costs_nothing PASSED
CI STAGE: running test suite at 'test_total'
test_total::totals_add_up PASSED
test_total::a_test_sees_what_cargo_gives_it PASSED
test_total::audits_the_books IGNORED
test_total::the_till_answers PASSED
CI STAGE: running test suite at 'doctests'
doctests::workspace PASSED
5 passed, 1 ignored in [TIME]
--------------------------------------------------
BUILD PASSED: every test succeeded, proceeding to build stage

"#]],
    );
}

#[test]
fn one_target_is_run_alone() {
    let answer = Project::of("passes").ci_stage(&["test", "test_total"]);
    answer.prints(
        0,
        str![[r#"
CI STAGE: running test suite at 'test_total'
test_total::totals_add_up PASSED
test_total::a_test_sees_what_cargo_gives_it PASSED
test_total::audits_the_books IGNORED
test_total::the_till_answers PASSED
3 passed, 1 ignored in [TIME]
--------------------------------------------------
BUILD PASSED: every test succeeded, proceeding to build stage

"#]],
    );
}

#[test]
fn failed_tests_are_shown_with_both_values_file_and_line() {
    let answer = Project::of("fails").ci_stage(&["test"]);
    answer.prints(
        1,
        str![[r#"
CI STAGE: running test suite at 'shop_core'
shop_core::tests::nothing_stays_nothing PASSED
CI STAGE: running test suite at 'test_discount'
test_discount::zero_is_free PASSED
test_discount::gold_earns_fifteen_percent FAILED
test_discount::a_test_may_return_an_error FAILED
test_discount::the_right_panic_is_expected FAILED
CI STAGE: running test suite at 'own_harness'
own_harness::own_harness FAILED
  test_discount::gold_earns_fifteen_percent at core/tests/test_discount.rs:10
    assertion `left == right` failed: gold earns 15 %
      left: 13200
     right: 12750
  test_discount::a_test_may_return_an_error
    Error: "the till is closed"
  test_discount::the_right_panic_is_expected at core/tests/test_discount.rs:21
    no such invoice
    note: panic did not contain expected string
          panic message: "no such invoice"
     expected substring: "no such customer"
  own_harness::own_harness
    3 of 4 scenarios hold
4 failed, 2 passed in [TIME]
--------------------------------------------------
BUILD FAILED: at least one test failed, stopping the pipeline

"#]],
    );
}

#[test]
fn two_targets_of_one_name_are_told_apart_by_their_packages() {
    let project = Project::of("fails");
    let test = project.path("app/tests/test_discount.rs");
    fs::write(test, "#[test]\nfn another() {}\n").unwrap();
    let answer = project.ci_stage(&["test", "test_discount"]);
    let headings = answer
        .stdout
        .lines()
        .filter(|line| line.starts_with("CI STAGE"));
    assert_eq!(
        headings.collect::<Vec<_>>(),
        [
            "CI STAGE: running test suite at 'shop-core::test_discount'",
            "CI STAGE: running test suite at 'shop-app::test_discount'",
        ]
    );
    assert_eq!(answer.code, 1, "{}", answer.stderr);
}

#[test]
fn one_package_is_tested_alone() {
    let answer = Project::of("fails").ci_stage(&["test", "shop-app"]);
    answer.prints(
        1,
        str![[r#"
CI STAGE: running test suite at 'own_harness'
own_harness::own_harness FAILED
  own_harness::own_harness
    3 of 4 scenarios hold
1 failed, 0 passed in [TIME]
--------------------------------------------------
BUILD FAILED: at least one test failed, stopping the pipeline

"#]],
    );
}

#[test]
fn code_that_does_not_compile_is_shown_as_the_compiler_shows_it() {
    let answer = Project::of("does_not_compile").ci_stage(&["test"]);
    answer.prints(
        3,
        str![[r#"
CI STAGE: running test suite at 'workspace'
error[E0308]: mismatched types
 --> src/lib.rs:2:5
  |
1 | pub fn total() -> u64 {
  |                   --- expected `u64` because of return type
2 |     "a word"
  |     ^^^^^^^^ expected `u64`, found `&str`
--------------------------------------------------
BUILD FAILED: the code does not compile, stopping the pipeline

"#]],
    );
}

#[test]
fn a_workspace_without_tests_proves_nothing() {
    let answer = Project::of("no_tests").ci_stage(&["test"]);
    answer.prints(
        4,
        str![[r#"
CI STAGE: running test suite at 'no_tests'
0 passed in [TIME]
--------------------------------------------------
BUILD FAILED: no test ran, stopping the pipeline

"#]],
    );
}

#[test]
fn a_signal_is_named() {
    let answer = Project::of("killed").ci_stage(&["test"]);
    answer.prints(
        1,
        str![[r#"
CI STAGE: running test suite at 'test_crash'
test_crash::survives PASSED
test_crash::is_aborted FAILED
  test_crash::is_aborted
    killed by signal 6, SIGABRT (abort)
    about to abort
1 failed, 1 passed in [TIME]
--------------------------------------------------
BUILD FAILED: at least one test failed, stopping the pipeline

"#]],
    );
}

#[test]
fn a_test_that_hangs_is_killed_together_with_what_it_started() {
    let project = Project::of("hangs");
    let answer = project.ci_stage(&["test", "--timeout", "3"]);
    answer.prints(
        124,
        str![[r#"
CI STAGE: running test suite at 'test_queue'
test_queue::ends PASSED
test_queue::waits_for_ever FAILED
  test_queue::waits_for_ever
    timed out after 3s, killed
1 failed, 1 passed in [TIME]
--------------------------------------------------
BUILD FAILED: at least one test timed out, stopping the pipeline

"#]],
    );
    assert!(is_gone(&project.read("child")));
}

#[test]
fn what_a_passing_test_leaves_running_is_ended_and_told() {
    for runner in ["nextest", "no-such-tool"] {
        let project = Project::of("no_tests");
        fs::create_dir(project.path("tests")).unwrap();
        let test = r#"
            #[test]
            fn forgets_a_sleeper() {
                let mut sleeper = std::process::Command::new("setsid");
                sleeper.args(["sh", "-c", "echo $$; exec sleep 86400"]);
                let mut sleeper = sleeper.stdout(std::process::Stdio::piped()).spawn().unwrap();
                // Once it speaks it has left the test's group.
                let mut said = [0; 1];
                std::io::Read::read_exact(sleeper.stdout.as_mut().unwrap(), &mut said).unwrap();
                std::fs::write("child", sleeper.id().to_string()).unwrap();
            }"#;
        fs::write(project.path("tests/night.rs"), test).unwrap();
        let answer = project.ci_stage_without(runner, &["test"]);
        assert_eq!(answer.code, 0, "{}{}", answer.stdout, answer.stderr);
        let mut lines = answer.stdout.lines();
        let told = lines.any(|line| {
            line.starts_with("forgets_a_sleeper left `") && line.contains("sleep 86400")
        });
        assert!(told, "{}", answer.stdout);
        assert!(is_gone(&project.read("child")));
        let found = &project.verdict()["stages"][0]["left_behind"][0];
        assert_eq!(found["test"], "forgets_a_sleeper");
    }
}

#[test]
fn an_interrupt_kills_the_tests_and_leaves_no_verdict() {
    let project = Project::of("hangs");
    let mut run = Running::start(&project, &[], &["test"]);
    let child = run.heard();
    assert_eq!(run.interrupt(), Some(130));
    assert!(is_gone(&child));
    assert!(!project.path("target/ci/verdict.json").exists());
}

#[test]
fn a_failing_doctest_makes_the_workspace_red() {
    let project = Project::of("passes");
    project.edit(
        "src/lib.rs",
        "passes::total(&[1, 2]), 3",
        "passes::total(&[1, 2]), 4",
    );
    let answer = project.ci_stage(&["test"]);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(answer.stdout.contains("\ndoctests::workspace FAILED\n"));
    assert!(
        answer
            .stdout
            .contains("\n1 failed, 4 passed, 1 ignored in [TIME]\n")
    );
    assert!(answer.stdout.contains("  left: 3"), "{}", answer.stdout);
    let named = "  doctests::workspace at src/lib.rs:";
    assert!(answer.stdout.contains(named), "{}", answer.stdout);
}

#[test]
fn an_unknown_name_is_refused_with_the_names_that_exist() {
    let answer = Project::of("fails").ci_stage(&["test", "test_discuont"]);
    answer.complains(
        2,
        str![[r#"
error: no integration test and no package is called `test_discuont`; did you mean `test_discount`?
  integration tests: own_harness, test_discount
  packages: shop-app, shop-core

"#]],
    );
}
