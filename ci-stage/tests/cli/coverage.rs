//! `ci-stage coverage`

use snapbox::{assert_data_eq, str};

use crate::project::Project;

#[test]
fn a_missed_gate_says_how_far_it_is_and_where_the_lines_are() {
    let answer = Project::of("below_gate").ci_stage(&["coverage", "--fail-under", "90"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
coverage: 82.00 % of lines (41 of 50), the gate is 90 %
4 lines to go; most are missing in
  src/lib.rs: 9 of 50 lines missing: 24-33
BUILD FAILED: coverage is below the gate, stopping the pipeline

"#]]
    );
    assert_eq!(answer.code, 5, "{}", answer.stderr);
}

#[test]
fn the_same_workspace_meets_the_gate_that_it_has_reached() {
    let answer = Project::of("below_gate").ci_stage(&["coverage", "--fail-under", "82"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
coverage: 82.00 % of lines (41 of 50), the gate is 82 %
COVERAGE PASSED: 0 lines to spare; so near to the gate another run may miss it

"#]]
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn a_failing_test_is_not_called_a_missed_gate() {
    let answer = Project::of("killed").ci_stage(&["coverage"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
coverage: no gate is set; 90 % is the default
  test_crash::is_aborted
    killed by signal 6, SIGABRT (abort)
    about to abort
BUILD FAILED: a test failed while coverage was measured, stopping the pipeline

"#]]
    );
    assert_eq!(answer.code, 1, "{}", answer.stderr);
}

#[test]
fn code_that_does_not_compile_is_not_called_a_missed_gate() {
    let answer = Project::of("does_not_compile").ci_stage(&["coverage"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
coverage: no gate is set; 90 % is the default
error[E0308]: mismatched types
 --> src/lib.rs:2:5
  |
1 | pub fn total() -> u64 {
  |                   --- expected `u64` because of return type
2 |     "a word"
  |     ^^^^^^^^ expected `u64`, found `&str`
BUILD FAILED: the code does not compile, stopping the pipeline

"#]]
    );
    assert_eq!(answer.code, 3, "{}", answer.stderr);
}

#[test]
fn without_nextest_the_gate_and_a_failing_test_are_told_apart_as_well() {
    for (fixture, code) in [("below_gate", 5), ("killed", 1), ("does_not_compile", 3)] {
        let answer = Project::of(fixture).ci_stage_without("nextest", &["coverage"]);
        assert_eq!(answer.code, code, "{fixture}: {}", answer.stderr);
    }
}

#[test]
fn a_workspace_without_tests_proves_nothing() {
    let answer = Project::of("no_tests").ci_stage(&["coverage"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
coverage: no gate is set; 90 % is the default
BUILD FAILED: no test ran, stopping the pipeline

"#]]
    );
    assert_eq!(answer.code, 4, "{}", answer.stderr);
}

#[test]
fn the_gate_of_record_counts_the_same_lines_also_after_an_edit_and_a_deleted_function() {
    let project = Project::of("below_gate");
    let same = "cargo-llvm-cov counts the same lines as ci-stage's own last run";
    let compare = || {
        project.ci_stage(&["coverage", "--fail-under", "0"]);
        let record = project.ci_stage(&["coverage", "--of-record", "--fail-under", "0"]);
        assert!(
            record.stdout.contains(same),
            "{}{}",
            record.stdout,
            record.stderr
        );
    };
    compare();
    // Another version is another file name: what an earlier build left must not count.
    project.edit("Cargo.toml", "0.1.0", "0.2.0");
    project.edit(
        "src/lib.rs",
        "pub fn refund",
        "/// New.\npub fn never_called() -> u64 {\n    7\n}\n\npub fn refund",
    );
    compare();
}
