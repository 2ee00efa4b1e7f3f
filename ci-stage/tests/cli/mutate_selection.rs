//! Which constants, operators and files a sweep is about.

use std::collections::BTreeSet;

use ci_stage::mutate::matrix::Matrix;
use snapbox::{assert_data_eq, file, str};

use crate::project::{Answer, Project};

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
    let sweep = ["mutate", "--in-diff", "HEAD", "--operator", "off-by-one"];
    let answer = project.ci_stage(&sweep);
    answer.prints(
        0,
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

"#]],
    );
}

/// The constants that a sweep in JSON has mutated, each once.
fn mutated(answer: &Answer) -> Vec<String> {
    let matrix: Matrix = serde_json::from_str(&answer.stdout).unwrap();
    let constants: BTreeSet<usize> = matrix.mutants.iter().map(|one| one.constant).collect();
    let names = constants
        .into_iter()
        .map(|id| matrix.constants[id].name.clone());
    names.collect()
}

#[test]
fn a_sweep_is_narrowed_and_gated_on_the_command_line() {
    let project = Project::of("mutants");
    let absolute = project.path("").canonicalize().unwrap();
    let absolute = absolute.join("desk/src/lib.rs");
    let absolute = absolute.to_str().unwrap();
    let cases: [(&[&str], &[&str], i32); 8] = [
        (&["--file", "shop/src/limits.rs"], &["BASE", "GLOBBED"], 0),
        (&["--file", absolute], &["SHIFT"], 0),
        (&["--package", "desk", "--jobs", "1"], &["SHIFT"], 0),
        (
            &["-p", "shop", "-p", "desk", "--const", "SHIFT"],
            &["SHIFT"],
            0,
        ),
        (
            &["--const", "limits::BASE", "--fail-under", "100"],
            &["BASE"],
            0,
        ),
        (
            &["--const", "UNREAD", "--fail-under", "0.01"],
            &["UNREAD"],
            5,
        ),
        (
            &["--const", "UNREAD", "--max-survivors", "4"],
            &["UNREAD"],
            0,
        ),
        (
            &["--const", "UNREAD", "--max-survivors", "3"],
            &["UNREAD"],
            5,
        ),
    ];
    for (arguments, constants, code) in cases {
        let sweep = ["mutate", "--format", "json"];
        let answer = project.ci_stage(&[&sweep, arguments].concat());
        assert_eq!(answer.code, code, "{arguments:?}: {}", answer.stderr);
        assert_eq!(mutated(&answer), constants, "{arguments:?}");
    }
}

#[test]
fn a_single_package_is_mutated_with_its_features_and_what_lies_beside_it() {
    let project = Project::of("beside");
    let sweep = |arguments: &[&str]| {
        project.ci_stage(&[&["-C", "single", "mutate", "--format", "json"], arguments].concat())
    };
    let answer = sweep(&["--features", "extra", "--fail-under", "100"]);
    assert_eq!(mutated(&answer), ["FEE", "EXTRA"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let answer = sweep(&["--const", "EXTRA"]);
    assert!(
        answer
            .stderr
            .starts_with("nothing to mutate: what was chosen is not compiled"),
        "{}",
        answer.stderr
    );
    assert_eq!(answer.code, 0);
    sweep(&["--features", "extra extras"]).complains(
        2,
        str![[r#"
error: no package has a feature called `extras`; there are: extra

"#]],
    );
}

#[test]
fn operators_and_constants_are_listed() {
    let answer = Project::of("mutants").ci_stage(&["mutate", "--list", "--skip-operator", "sign"]);
    answer.prints(0, file!["expected/mutate_list.txt"]);
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
