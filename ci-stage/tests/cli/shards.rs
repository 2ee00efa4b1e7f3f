//! `--shard K/N` and `ci-stage merge`: several machines give what one gives.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use snapbox::str;

use crate::project::Project;

/// What does not depend on how long things took. What a test's program wrote names its thread.
fn without_times(mut value: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| {
                    ![
                        "duration_ms",
                        "baseline_ms",
                        "started",
                        "started_at",
                        "started_ms",
                        "output",
                    ]
                    .contains(&name.as_str())
                });
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut value);
    value
}

/// A text without the widths of its columns, which depend on times.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// Does all shares of the work; the exit code of each.
pub(crate) fn shards(project: &Project, command: &[&str], of: u16) -> Vec<i32> {
    let codes = (1..=of).map(|number| {
        let shard = format!("{number}/{of}");
        let arguments = [command, &["--shard", &shard]].concat();
        project.ci_stage(&arguments).code
    });
    codes.collect()
}

/// The folder that a share leaves.
pub(crate) fn shard(project: &Project, name: &str) -> PathBuf {
    project.path("target/ci/shards").join(name)
}

#[test]
fn two_shards_give_the_verdict_and_the_coverage_of_one_run() {
    for (fixture, code, of_shard) in [("passes", 0, 0), ("below_gate", 5, 0), ("fails", 1, 1)] {
        let project = Project::of(fixture);
        project.commit();
        let single = project.ci_stage(&["run", "test", "coverage"]);
        assert_eq!(single.code, code, "{fixture}: {}", single.stderr);
        let expected = without_times(project.verdict());
        fs::remove_file(project.path("target/ci/verdict.json")).unwrap();

        let codes = shards(&project, &["test"], 2);
        assert_eq!(codes.into_iter().max(), Some(of_shard), "{fixture}");
        assert!(
            !project.path("target/ci/verdict.json").exists(),
            "{fixture}: a shard gives no verdict"
        );
        let merged = project.ci_stage(&["merge", "target/ci/shards"]);
        assert_eq!(merged.code, code, "{fixture}: {}", merged.stderr);
        assert_eq!(words(&merged.stdout), words(&single.stdout), "{fixture}");
        assert_eq!(without_times(project.verdict()), expected, "{fixture}");
        assert!(project.path("target/ci/junit.xml").is_file(), "{fixture}");
    }
}

#[test]
fn machines_whose_checkouts_lie_elsewhere_count_together() {
    let here = Project::of("below_gate");
    here.commit();
    let single = here.ci_stage(&["run", "test", "coverage"]);
    assert_eq!(single.code, 5, "{}", single.stderr);
    let expected = without_times(here.verdict());
    let left = tempfile::tempdir().unwrap();
    let output = left.path().to_str().unwrap();
    for number in ["1/2", "2/2"] {
        let elsewhere = Project::clone_of(&here);
        let arguments = ["test", "--defer", "--shard", number, "--output", output];
        assert_eq!(elsewhere.ci_stage(&arguments).code, 0);
    }
    let merged = here.ci_stage(&["merge", output]);
    assert_eq!(merged.code, 5, "{}", merged.stderr);
    assert_eq!(without_times(here.verdict()), expected);
    let lcov = here.read("target/ci/coverage.lcov");
    let lib = here.path("src/lib.rs").canonicalize().unwrap();
    assert!(lcov.contains(&format!("SF:{}\n", lib.display())), "{lcov}");
}

#[test]
fn without_nextest_a_target_s_tests_are_divided_as_well_and_measured_times_balance_them() {
    let project = Project::of("passes");
    let times = r#"{"version": 1, "tests": {"test_total::the_till_answers": 900, "test_total::totals_add_up": 10}}"#;
    fs::write(project.path("ci-timings.json"), times).unwrap();
    let first = project.ci_stage_without("nextest", &["test", "test_total", "--shard", "1/2"]);
    first.prints(
        0,
        str![[r#"
CI STAGE: running test suite at 'test_total'
test_total::the_till_answers PASSED
1 passed in [TIME]
--------------------------------------------------
BUILD PASSED: every test succeeded, proceeding to build stage
shard 1/2: 1 of 4 tests, divided by measured times [..], in [FOLDER]/target/ci/shards/test-1-of-2

"#]],
    );
    project.ci_stage_without("nextest", &["test", "test_total", "--shard", "2/2"]);
    let merged = project.ci_stage_without("nextest", &["merge", "target/ci/shards"]);
    merged.prints(
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
    let times: Value = serde_json::from_str(&project.read("target/ci/timings.json")).unwrap();
    assert!(times["tests"]["test_total::totals_add_up"].is_u64());
}

#[test]
fn more_machines_than_tests_and_code_that_does_not_compile_are_no_trouble() {
    let project = Project::of("flaky");
    let all = project.ci_stage(&["test", "--shard", "3/3"]);
    assert!(
        all.stdout.starts_with("none of "),
        "{}{}",
        all.stdout,
        all.stderr
    );
    assert_eq!(all.code, 0);

    let project = Project::of("does_not_compile");
    let single = project.ci_stage(&["run", "test", "coverage"]);
    assert_eq!(shards(&project, &["test"], 2), [3, 3]);
    let merged = project.ci_stage(&["merge", "target/ci/shards"]);
    assert_eq!((merged.code, single.code), (3, 3));
    assert_eq!(words(&merged.stdout), words(&single.stdout));
}

#[test]
fn with_the_pipeline_round_them_shards_give_an_artifact_that_may_be_delivered() {
    let project = Project::of("passes");
    project.commit();
    shards(&project, &["test"], 2);
    let merged = project.ci_stage(&["merge", "target/ci/shards", "--pipeline"]);
    assert_eq!(merged.code, 0, "{}{}", merged.stdout, merged.stderr);
    let verdict = project.verdict();
    let stages: Vec<&str> = verdict["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| stage["name"].as_str().unwrap())
        .collect();
    assert_eq!(stages, ["lint", "test", "coverage", "build"]);
    let package = verdict["stages"][3]["package"].as_str().unwrap();
    let beside = project.read(&format!("{package}.verdict.json"));
    assert_eq!(serde_json::from_str::<Value>(&beside).unwrap(), verdict);
    // What was merged counts as run: nothing is run again.
    let again = project.ci_stage(&["run", "test", "coverage"]);
    let lines = again.stdout.lines();
    let cached = lines.filter(|line| line.starts_with("cached (run "));
    assert_eq!(cached.count(), 2, "{}", again.stdout);
}

#[test]
fn shards_of_mutants_give_the_kill_matrix_and_the_slack_of_one_sweep() {
    let project = Project::of("mutants");
    let sweep = [
        "mutate",
        "--const",
        "THRESHOLD",
        "--const",
        "RATES",
        "--const",
        "CAP",
    ];
    let read = |file: &str| serde_json::from_str::<Value>(&project.read(file)).unwrap();
    let matrix = "target/ci/mutate/matrix.json";
    let single = project.ci_stage(&sweep);
    let expected = read(matrix);
    fs::remove_file(project.path(matrix)).unwrap();
    let refused =
        project.ci_stage(&[&sweep[..], &["--shard", "1/3", "--max-survivors", "1"]].concat());
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert_eq!(shards(&project, &sweep, 3), [0, 0, 0]);
    assert!(
        !project.path(matrix).exists(),
        "a shard has no whole matrix"
    );

    let merged = project.ci_stage(&["merge", "target/ci/shards"]);
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    assert_eq!(without_times(read(matrix)), without_times(expected));
    assert_eq!(lines(&merged.stdout), lines(&single.stdout));
    assert!(project.path("target/ci/mutate/mutation.html").is_file());
    assert_eq!(project.verdict()["stages"][0]["name"], "mutate");
    let gated = project.ci_stage(&["merge", "target/ci/shards", "--max-survivors", "1"]);
    assert_eq!(gated.code, 5, "{}", gated.stderr);
    assert_eq!(project.verdict()["class"], "gate");

    let two = shard(&project, "mutate-2-of-3");
    fs::remove_dir_all(&two).unwrap();
    let missing = project.ci_stage(&["merge", "target/ci/shards"]);
    missing.complains(
        2,
        str![[r#"
error: mutate shard 2/3 is missing; a run is merged whole or not at all

"#]],
    );
}

/// All but the lines with times.
fn lines(shown: &str) -> Vec<&str> {
    let lines = shown.lines().filter(|line| !line.contains(" runs, "));
    lines
        .filter(|line| !line.contains(" needed a build"))
        .collect()
}
