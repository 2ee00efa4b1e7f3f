//! `ci-stage mutate`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use snapbox::{assert_data_eq, file, str};

use crate::project::Project;

/// Every file outside of `target`, with its content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_file() {
            files.insert(path.clone(), fs::read(path).unwrap());
        } else if entry.file_name() != "target" {
            files.extend(self::files(&path));
        }
    }
    files
}

/// The programs below a folder that are still running.
fn running_below(folder: &Path) -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let programs = processes.filter_map(|process| fs::read_link(process.path().join("exe")).ok());
    programs
        .filter(|program| program.starts_with(folder))
        .collect()
}

#[test]
fn a_sweep_shows_survivors_and_the_kill_matrix_and_changes_no_file() {
    let project = Project::of("mutants");
    let before = files(&project.path(""));
    let answer = project.ci_stage(&["mutate"]);
    assert_data_eq!(answer.stdout, file!["expected/mutate.txt"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(files(&project.path("")), before);
    // One of the mutants counts for ever.
    assert_eq!(
        running_below(&project.path("target").canonicalize().unwrap()),
        [] as [PathBuf; 0]
    );

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
    assert_data_eq!(
        answer.stdout,
        str![[r#"
RATES.gold = 15: held on both sides (by bisection, 2 runs, [..] ms)

"#]]
    );
    let answer = project.ci_stage(&["mutate", "--slack", "limits::GLOBBED"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
GLOBBED = 40: held on both sides (by bisection, 2 runs, [..] ms)

"#]]
    );
    let answer = project.ci_stage(&["mutate", "--slack", "MINUTE"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
MINUTE = 60: held on both sides (by bisection, 2 runs, [..] ms)

"#]]
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn tests_that_fail_already_stop_everything() {
    let project = Project::of("fails");
    let answer = project.ci_stage(&["mutate"]);
    assert_data_eq!(
        answer.stderr,
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

"#]]
    );
    assert_eq!((answer.stdout.as_str(), answer.code), ("", 8));
}

#[test]
fn nothing_is_mutated_where_nothing_judges_or_compiles() {
    let answer = Project::of("no_tests").ci_stage(&["mutate"]);
    assert_data_eq!(
        answer.stderr,
        str![[r#"
error: no test judges: nothing to mutate against

"#]]
    );
    assert_eq!(answer.code, 4);
    let answer = Project::of("does_not_compile").ci_stage(&["mutate"]);
    assert_data_eq!(
        answer.stderr,
        str![[r#"
error: the code does not build
error[E0308]: mismatched types
 --> src/lib.rs:2:5
  |
1 | pub fn total() -> u64 {
  |                   --- expected `u64` because of return type
2 |     "a word"
  |     ^^^^^^^^ expected `u64`, found `&str`



"#]]
    );
    assert_eq!(answer.code, 3);
}

#[test]
fn only_what_differs_from_a_revision_is_mutated() {
    let project = Project::of("mutants");
    project.commit();
    project.edit("shop/src/limits.rs", "BASE: u32 = 2;", "BASE: u32 = 2; //");
    project.edit(
        "desk/src/lib.rs",
        "super::SHIFT, 28_800",
        "super::SHIFT, 28_800, \"hours\"",
    );
    let answer = project.ci_stage(&["mutate", "--in-diff", "HEAD", "--operator", "off-by-one"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
KILL MATRIX  X fails, T times out, . passes, blank does not read the constant
  shop::HOUR
    | X| killed      60 -> 61, 59
  shop::MINUTE
    | X| killed      60 -> 61, 59
  shop::limits::BASE
    |X | killed      2 -> 3, 1
  desk::SHIFT
    | X| killed      8 -> 9, 7
     `- shop::sizes_are_fixed
     |`- desk::tests::a_shift_has_eight_hours

LEFT ALONE
  shop/src/lib.rs:88  shop::COUNTER: static mut

8 mutants: 8 killed, 0 survived, 0 no coverage, 0 timeout, 0 unviable, score 100.00 %
0 of them needed a build of their own; [..]s

"#]]
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn a_killed_run_leaves_the_sources_alone_and_the_next_one_works() {
    let project = Project::of("mutants");
    project.edit(
        "shop/tests/shop.rs",
        "fn counting_ends() {",
        "fn counting_ends() {
    if std::env::var_os(\"CI_STAGE_MUTANT\").is_some() && std::env::var_os(\"FIXTURE_KILLS\").is_some() {
        let parent = std::os::unix::process::parent_id().to_string();
        std::process::Command::new(\"kill\").args([\"-9\", &parent]).status().unwrap();
    }",
    );
    let before = files(&project.path(""));
    let answer = project.ci_stage_with(&[("FIXTURE_KILLS", "1")], &["mutate", "--const", "STEP"]);
    assert_eq!(
        (answer.stdout.as_str(), answer.code),
        ("", -1),
        "{}",
        answer.stderr
    );
    assert_eq!(files(&project.path("")), before);
    let answer = project.ci_stage(&["mutate", "--const", "STEP"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(files(&project.path("")), before);
}

#[test]
fn operators_and_constants_are_listed() {
    let answer = Project::of("mutants").ci_stage(&["mutate", "--list", "--skip-operator", "sign"]);
    assert_data_eq!(answer.stdout, file!["expected/mutate_list.txt"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn what_does_not_exist_cannot_be_mutated() {
    let project = Project::of("mutants");
    let cases: [(&[&str], _); 7] = [
        (
            &["--set", "THRESHOLDS=1"],
            str![[r#"
error: no constant is called `THRESHOLDS`; did you mean `THRESHOLD`?
  `ci-stage mutate --list` shows them all

"#]],
        ),
        (
            &["--set", "RATES.bronze=1"],
            str![[r#"
error: `RATES.bronze` names nothing in shop::RATES; it holds RATES[0].0, RATES.gold, RATES[1].0, RATES.silver

"#]],
        ),
        (
            &["--set", "RATE=1"],
            str![[r#"
error: `RATE` may mean shop::Gold::RATE or shop::Silver::RATE; name one of them in full

"#]],
        ),
        (
            &["--set", "THRESHOLD=many"],
            str![[r#"
error: `many` is no number; `THRESHOLD` is 30 now

"#]],
        ),
        (
            &["--const", "NOTHING"],
            str![[r#"
error: no constant is called `NOTHING`
  `ci-stage mutate --list` shows them all

"#]],
        ),
        (
            &["--operator", "typo"],
            str![[r#"
error: no operator is called `typo`; there are digit, digit-swap, off-by-one, zero, ten, percent, last-place, sign, bit, bool, neighbour, row-swap, text-edit, text-empty, text-case, char, scale

"#]],
        ),
        (
            &["--file", "src/none.rs"],
            str![[r#"
error: no constant stands in a file called `src/none.rs`; name it from the workspace's root

"#]],
        ),
    ];
    for (arguments, expected) in cases {
        let arguments: Vec<&str> = ["mutate"].iter().chain(arguments).copied().collect();
        let answer = project.ci_stage(&arguments);
        assert_data_eq!(answer.stderr, expected);
        assert_eq!((answer.stdout.as_str(), answer.code), ("", 2));
    }
}
