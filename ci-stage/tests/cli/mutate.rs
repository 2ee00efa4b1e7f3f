//! `ci-stage mutate`

use std::fs;
use std::path::Path;

use snapbox::{assert_data_eq, file, str};

use crate::processes::running_below;
use crate::project::Project;

#[test]
fn a_sweep_shows_survivors_and_the_kill_matrix_and_changes_no_file() {
    let project = Project::of("mutants");
    let before = project.files();
    let answer = project.ci_stage(&["mutate"]);
    answer.prints(0, file!["expected/mutate.txt"]);
    assert_eq!(project.files(), before);
    // One of the mutants counts for ever.
    assert_eq!(running_below(&project.path("target")), [] as [&Path; 0]);

    let again = project.ci_stage(&["mutate", "--max-survivors", "3", "--fail-under", "99"]);
    assert_data_eq!(again.stdout, file!["expected/mutate.txt"]);
    assert_data_eq!(
        again.stderr,
        str![[r#"
nothing has changed since [..]: this is the answer of then (--no-cache asks again)
reports: [FOLDER]/target/ci/mutate/mutation.html
gate not met: the score is 83.56 %, asked for are 99 %
gate not met: 24 mutants were not noticed, at most 3 may be

"#]]
    );
    assert_eq!(again.code, 5);
}

#[test]
fn one_mistake_gives_the_transcript_of_its_edit() {
    let project = Project::of("mutants");
    let cases = [
        // A mutant of the build of all, a value given at run time, and a build of its own.
        ("RATES.gold=12", "(\"gold\", 15)", "(\"gold\", 12)", 1),
        (
            "THRESHOLD=9",
            "THRESHOLD: u32 = 30",
            "THRESHOLD: u32 = 9",
            1,
        ),
        ("SLOTS=5", "SLOTS: usize = 4", "SLOTS: usize = 5", 1),
        ("shop::MINUTE=61", "MINUTE: u32 = 60", "MINUTE: u32 = 61", 1),
        ("Gold::RATE=16", "RATE: u32 = 15", "RATE: u32 = 16", 1),
        ("WEEK[1]=wed", "\"tue\"", "\"wed\"", 1),
        (
            "THRESHOLD=31",
            "THRESHOLD: u32 = 30",
            "THRESHOLD: u32 = 31",
            0,
        ),
    ];
    for (mistake, from, to, code) in cases {
        let told = project.ci_stage(&["mutate", "--set", mistake]);
        let original = project.read("shop/src/lib.rs");
        project.edit("shop/src/lib.rs", from, to);
        let edited = project.ci_stage(&["test"]);
        fs::write(project.path("shop/src/lib.rs"), original).unwrap();
        assert_data_eq!(told.stdout, edited.stdout);
        assert_eq!(
            (told.code, edited.code),
            (code, code),
            "{mistake}: {}",
            told.stderr
        );
    }
}

#[test]
fn verdicts_equal_those_of_real_edits() {
    let project = Project::of("mutants");
    let answer = project.ci_stage(&["mutate", "--low-value", "--verify", "8", "--format", "json"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let matrix: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let verification = serde_json::json!({"compared": 8, "differences": []});
    assert_eq!(matrix["verification"], verification);
}

#[test]
fn slack_is_found_for_one_number_also_where_others_are_built_from_it() {
    let project = Project::of("mutants");
    let answer = project.ci_stage(&["mutate", "--slack", "RATES.gold"]);
    answer.prints(0, str![[r#"
RATES.gold = 15: no test fails for any value in 15..=15 (by bisection, 2 runs, [..] ms); the tests hold it on both sides

"#]]
    );
    let answer = project.ci_stage(&["mutate", "--slack", "limits::GLOBBED"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
GLOBBED = 40: no test fails for any value in 40..=40 (by bisection, 2 runs, [..] ms); the tests hold it on both sides

"#]]
    );
    let answer = project.ci_stage(&["mutate", "--slack", "MINUTE"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
MINUTE = 60: no test fails for any value in 60..=60 (by bisection, 2 runs, [..] ms); the tests hold it on both sides

"#]]
    );

    let answer = project.ci_stage(&["mutate", "--slack", "RATES.gold", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(found[0]["interval"], "15..=15");
}

#[test]
fn tests_that_fail_already_stop_everything() {
    let project = Project::of("fails");
    let answer = project.ci_stage(&["mutate"]);
    answer.complains(
        8,
        str![[r#"
error: tests fail before anything was mutated:
  shop-core: test_discount::gold_earns_fifteen_percent at core/tests/test_discount.rs:10
    assertion `left == right` failed: gold earns 15 %
      left: 13200
     right: 12750
  shop-core: test_discount::a_test_may_return_an_error
    Error: "the till is closed"
  shop-core: test_discount::the_right_panic_is_expected at core/tests/test_discount.rs:21
    no such invoice
    note: panic did not contain expected string
          panic message: "no such invoice"
     expected substring: "no such customer"
  shop-app: own_harness::own_harness
    3 of 4 scenarios hold
make them pass first; a mutant that is killed by them would prove nothing

"#]],
    );
    assert_eq!(answer.stdout, "");
}

#[test]
fn nothing_is_mutated_where_nothing_judges_or_compiles() {
    let answer = Project::of("no_tests").ci_stage(&["mutate"]);
    answer.complains(
        4,
        str![[r#"
error: no test judges: nothing to mutate against

"#]],
    );
    let answer = Project::of("does_not_compile").ci_stage(&["mutate"]);
    answer.complains(
        3,
        str![[r#"
error: the code does not build
error[E0308]: mismatched types
 --> src/lib.rs:2:5
  |
1 | pub fn total() -> u64 {
  |                   --- expected `u64` because of return type
2 |     "a word"
  |     ^^^^^^^^ expected `u64`, found `&str`



"#]],
    );
}
