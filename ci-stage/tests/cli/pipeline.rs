//! Bare `ci-stage`

use snapbox::{assert_data_eq, str};

use crate::project::Project;

#[test]
fn a_green_pipeline_runs_all_stages_and_ends_with_the_count_of_tests() {
    let project = Project::of("passes");
    let answer = project.ci_stage(&[]);
    answer.prints(
        0,
        str![[r#"
==> lint
LINT PASSED: formatted, and clippy has nothing to say
==> test
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
==> coverage
coverage: 100.00 % of lines (9 of 9), the gate is 95 %
  100.00 % shipped lines only, without tests in the files (6 of 6)
COVERAGE PASSED: 0 lines to spare
==> build
BUILD PASSED: packaged dist/shop-uncommitted

 stage  result  time
 lint  passed  [TIME]  formatted, no warning
 test  passed  [TIME]  5 passed, 1 ignored
 coverage  passed  [TIME]  100.00 % of lines, the gate is 95 %
 build  passed  [TIME]  dist/shop-uncommitted

5 passed, 0 failed, 1 skipped

"#]],
    );
    assert!(project.path("dist/shop-uncommitted/till").exists());
}

#[test]
fn the_first_red_stage_stops_the_pipeline() {
    let project = Project::of("fails");
    let answer = project.ci_stage(&[]);
    let (_, summary) = answer.stdout.split_once("\n\n").unwrap();
    assert_data_eq!(
        summary,
        str![[r#"
TEST IS RED: 4 failed, 2 passed
  test_discount::gold_earns_fifteen_percent at core/tests/test_discount.rs:10: assertion `left == right` failed: gold earns 15 %
  test_discount::a_test_may_return_an_error: Error: "the till is closed"
  test_discount::the_right_panic_is_expected at core/tests/test_discount.rs:21: no such invoice
  own_harness::own_harness: 3 of 4 scenarios hold
repeat just this: red=0; cargo test --package shop-core --test test_discount -- --exact gold_earns_fifteen_percent a_test_may_return_an_error the_right_panic_is_expected || red=1; cargo test --package shop-app --test own_harness || red=1; (exit $red)

 stage  result  time
 lint  passed  [TIME]  formatted, no warning
 test  a test failed  [TIME]  4 failed, 2 passed
 coverage  not run  test is red
 build  not run  test is red

2 passed, 4 failed

"#]]
    );
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(!project.path("dist").exists());
}

#[test]
fn the_verdict_file_says_what_standard_output_says_as_json() {
    let project = Project::of("fails");
    let answer = project.ci_stage(&["test", "test_discount", "--format", "json"]);
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert_eq!(answer.stdout, project.read("target/ci/verdict.json"));
    let verdict: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(verdict["version"], 1);
    assert_eq!(verdict["class"], "test_failed");
    assert_eq!(verdict["exit_code"], 1);
    assert_eq!(verdict["tests"]["failed"], 3);
    let tests = &verdict["stages"][0]["tests"]["suites"][0]["tests"];
    assert_eq!(tests[0]["status"], "passed");
    assert_eq!(tests[1]["name"], "gold_earns_fifteen_percent");
    assert_eq!(tests[1]["location"], "core/tests/test_discount.rs:10");
}

#[test]
fn a_missing_tool_is_named_with_its_remedy_before_anything_runs() {
    let project = Project::of("passes");
    let answer = project.ci_stage_without("llvm-cov", &["coverage", "--of-record"]);
    answer.complains(
        7,
        str![[r#"
error: `cargo llvm-cov` is missing; the coverage gate of record needs it
  to fix it: cargo install cargo-llvm-cov --locked
  or let ci-stage do it: add --setup

"#]],
    );
    assert_eq!(answer.stdout, "");
}

#[test]
fn setup_prints_each_command_and_goes_on_when_the_tool_is_there() {
    let project = Project::of("below_gate");
    let answer = project.ci_stage_without("llvm-cov", &["coverage", "--of-record", "--setup"]);
    let first = answer.stderr.lines().next();
    assert_eq!(first, Some("+ cargo install cargo-llvm-cov --locked"));
    assert_eq!(answer.code, 5, "{}", answer.stderr);
}

#[test]
fn a_tool_that_cannot_be_installed_is_still_missing() {
    let project = Project::of("no_tests");
    let answer = project.ci_stage_without("fmt", &["lint", "--setup"]);
    assert!(
        answer
            .stderr
            .starts_with("+ rustup component add rustfmt\n")
    );
    assert_eq!(answer.code, 7, "{}", answer.stderr);
}

#[test]
fn a_wrong_setting_is_refused_with_the_ones_that_exist() {
    let project = Project::of("passes");
    project.edit("Cargo.toml", "coverage.lines = 95", "coverage.lines = 101");
    let answer = project.ci_stage(&[]);
    answer.complains(2, str![[r#"
error: [FOLDER]/Cargo.toml: line 7: [workspace.metadata.ci-stage] coverage.lines: `101` is not a percentage: write a number from 0 to 100 with at most two decimals, such as 90 or 87.5

"#]]);
}
