//! `ci-stage coverage`

use snapbox::str;

use crate::project::Project;

#[test]
fn a_missed_gate_says_how_far_it_is_and_where_the_lines_are() {
    let answer = Project::of("below_gate").ci_stage(&["coverage", "--fail-under", "90"]);
    answer.prints(
        5,
        str![[r#"
coverage: 82.00 % of lines (41 of 50), the gate is 90 %
4 lines to go; most are missing in
  src/lib.rs: 9 of 50 lines missing: 24-33
BUILD FAILED: coverage is below the gate, stopping the pipeline

"#]],
    );
}

#[test]
fn the_same_workspace_meets_the_gate_that_it_has_reached() {
    let answer = Project::of("below_gate").ci_stage(&["coverage", "--fail-under", "82"]);
    answer.prints(
        0,
        str![[r#"
coverage: 82.00 % of lines (41 of 50), the gate is 82 %
COVERAGE PASSED: 0 lines to spare; so near to the gate another run may miss it

"#]],
    );
}

#[test]
fn a_failing_test_is_not_called_a_missed_gate() {
    let answer = Project::of("killed").ci_stage(&["coverage"]);
    answer.prints(
        1,
        str![[r#"
coverage: no gate is set; 90 % is the default
  test_crash::is_aborted
    killed by signal 6, SIGABRT (abort)
    about to abort
BUILD FAILED: a test failed while coverage was measured, stopping the pipeline

"#]],
    );
}

#[test]
fn code_that_does_not_compile_is_not_called_a_missed_gate() {
    let answer = Project::of("does_not_compile").ci_stage(&["coverage"]);
    answer.prints(
        3,
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

"#]],
    );
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
    answer.prints(
        4,
        str![[r#"
coverage: no gate is set; 90 % is the default
BUILD FAILED: no test ran, stopping the pipeline

"#]],
    );
}

#[test]
fn the_gate_of_record_counts_the_same_lines_also_after_a_version_bump_and_a_deleted_function() {
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
    let deleted = "pub fn gift_message(name: &str) -> String {\n    format!(\"For {name}\")\n}\n\n";
    project.edit("src/lib.rs", deleted, "");
    compare();
    let incremental = project.ci_stage(&["coverage", "--fail-under", "0"]);
    assert!(
        incremental.stdout.contains("(41 of 47)"),
        "{}",
        incremental.stdout
    );
}

#[test]
fn programs_that_a_person_built_are_left_as_they_were() {
    let project = Project::of("passes");
    let till = project.path("target/debug/till");
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo
        .args(["build", "--quiet"])
        .current_dir(project.path(""));
    assert!(cargo.status().unwrap().success());
    let built = std::fs::read(&till).unwrap();
    assert_eq!(project.ci_stage(&["coverage"]).code, 0);
    assert!(
        std::fs::read(&till).unwrap() == built,
        "it is the same program"
    );
    std::fs::remove_file(&till).unwrap();
    assert_eq!(project.ci_stage(&["coverage"]).code, 0);
    assert!(!till.exists(), "none is left that would count lines");
}

/// The fixture with these settings of coverage.
fn gated(settings: &str) -> Project {
    Project::with_settings("below_gate", &format!("coverage = {{ {settings} }}"))
}

#[test]
fn gates_of_functions_regions_and_packages_are_held_and_named_in_the_verdict() {
    let project = gated(
        "lines = 80, functions = 80, regions = 90, packages.below_gate = { lines = 90, functions = 60 }",
    );
    project.ci_stage(&["coverage"]).prints(
        5,
        str![[r#"
coverage: 82.00 % of lines (41 of 50), the gate is 80 %
coverage.functions: 66.66 % of functions, the gate is 80 %
coverage.regions: 78.84 % of regions, the gate is 90 %
coverage.packages.below_gate.lines: 82.00 % of lines of below_gate, the gate is 90 %
1 function to go; most are missing in
  src/lib.rs: 9 of 50 lines missing: 24-33
BUILD FAILED: coverage is below the gate, stopping the pipeline

"#]],
    );
    let gates = &project.verdict()["stages"][0]["gates"];
    let gates = gates.as_array().unwrap().iter();
    let to_go: Vec<String> = gates
        .map(|gate| format!("{} {}", gate["name"].as_str().unwrap(), gate["to_go"]))
        .collect();
    assert_eq!(
        to_go,
        [
            "coverage.lines 0",
            "coverage.functions 1",
            "coverage.regions 6",
            "coverage.packages.below_gate.lines 4",
            "coverage.packages.below_gate.functions 0",
        ]
    );
}

#[test]
fn no_worse_than_the_base_is_a_gate_although_the_number_of_the_settings_is_met() {
    let project = gated("lines = 70, no-worse-than = \"HEAD\"");
    project.commit();
    project.edit(
        "src/lib.rs",
        "pub fn refund",
        "/// New.\npub fn never_called() -> u64 {\n    7\n}\n\npub fn refund",
    );
    project.ci_stage(&["coverage"]).prints(
        5,
        str![[r#"
coverage: 77.35 % of lines (41 of 53), the gate is 70 %
coverage.no-worse-than: 77.35 % of lines, the gate is 82 %
3 lines to go; most are missing in
  src/lib.rs: 12 of 53 lines missing: 18-20, 29-38
BUILD FAILED: coverage is below the gate, stopping the pipeline

"#]],
    );
    assert_eq!(
        project.verdict()["stages"][0]["gates"][1]["name"],
        "coverage.no-worse-than"
    );
}
