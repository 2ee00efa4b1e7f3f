//! Which stages run, in which order, and what runs beside what.

use snapbox::str;

use crate::project::Project;

#[test]
fn own_commands_run_in_order_with_their_environment_and_class() {
    let project = Project::with_settings(
        "no_tests",
        "stages = [\"hello\", \"lint\", \"bye\"]\nenv = { WHO = \"world\" }\n\
         stage.hello.run = [\"echo hello $WHO $MORE > said\"]\nstage.hello.env = { MORE = \"!\" }\n\
         stage.bye = { run = [\"true\", \"exit 3\", \"touch never\"], class = \"gate\" }",
    );
    let answer = project.ci_stage(&[]);
    answer.prints(
        5,
        str![[r#"
==> hello
HELLO PASSED
==> lint
LINT PASSED: formatted, and clippy has nothing to say
==> bye
BUILD FAILED: `exit 3` ended with exit code 3, stopping the pipeline

BYE IS RED: `exit 3` ended with exit code 3
repeat just this: exit 3

 stage  result  time
 hello  passed  [TIME]  every command succeeded
 lint  passed  [TIME]  formatted, no warning
 bye  gate not met  [TIME]  `exit 3` ended with exit code 3

0 passed, 0 failed

"#]],
    );
    assert_eq!(project.read("said"), "hello world !\n");
    assert!(!project.path("never").exists());
}

#[test]
fn a_stage_beside_a_failing_one_is_cancelled_with_its_programs() {
    let project = Project::with_settings(
        "no_tests",
        "stages = [\"quick\", \"slow\"]\nstage.quick.run = [\"while [ ! -e begun ]; do sleep 0.05; done; false\"]\n\
         stage.slow = { run = [\"touch begun; sleep 600; touch late\"], beside = \"quick\" }",
    );
    let answer = project.ci_stage(&[]);
    let (_, table) = answer.stdout.rsplit_once("\n\n stage").unwrap();
    assert!(table.contains("slow  cancelled"), "{table}");
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(!project.path("late").exists());
}

#[test]
fn a_stage_that_runs_too_long_is_killed_and_timed_out() {
    let project = Project::with_settings(
        "no_tests",
        "stages = [\"slow\"]\nstage.slow = { run = [\"sleep 600\"], timeout-seconds = 1 }",
    );
    let answer = project.ci_stage(&[]);
    assert!(
        answer.stdout.contains("the stage ran longer than 1s"),
        "{}",
        answer.stdout
    );
    assert_eq!(answer.code, 124, "{}", answer.stderr);
}

#[test]
fn parts_of_the_pipeline_are_chosen_on_the_command_line() {
    let project = Project::with_settings(
        "no_tests",
        "stages = [\"a\", \"b\", \"c\"]\nstage.a.run = [\"true\"]\nstage.b.run = [\"true\"]\nstage.c.run = [\"true\"]",
    );
    for (arguments, expected) in [
        (&["--from", "b"][..], "b c"),
        (&["--until", "b"], "a b"),
        (&["--only", "a,c"], "a c"),
        (&["--skip", "b"], "a c"),
        (&["run", "c", "a"], "c a"),
        (&["run", "--from", "c"], "c"),
    ] {
        let answer = project.ci_stage(&[arguments, &["--dry-run"]].concat());
        let headings = answer.stdout.lines().filter(|line| !line.starts_with(' '));
        let names: Vec<&str> = headings.filter_map(|line| line.split(':').next()).collect();
        assert_eq!(
            names.join(" "),
            expected,
            "{arguments:?}: {}",
            answer.stderr
        );
    }
}

#[test]
fn coverage_without_a_test_stage_before_it_explains_how_it_runs_the_tests() {
    let project = Project::of("passes");
    let runs_tests = |arguments: &[&str]| {
        let text = project
            .ci_stage(&[arguments, &["--dry-run"]].concat())
            .stdout;
        let (_, coverage) = text.split_once("\ncoverage: ").unwrap_or(("", &text));
        let of_coverage = coverage.split("\nbuild: ").next().unwrap_or_default();
        let is_of_examples = |line: &&str| line.contains("cargo test --doc");
        let examples = of_coverage.lines().find(is_of_examples).map(str::to_owned);
        (of_coverage.contains("cargo test --no-run"), examples)
    };
    let (by_itself, examples) = runs_tests(&["run", "coverage"]);
    assert!(by_itself);
    let examples = examples.unwrap();
    for variable in [
        "LLVM_PROFILE_FILE",
        "RUSTC_WORKSPACE_WRAPPER",
        "RUSTDOCFLAGS",
    ] {
        assert!(examples.contains(variable), "{variable}: {examples}");
    }
    assert_eq!(runs_tests(&["run", "test", "coverage"]), (false, None));
}

#[test]
fn a_stage_that_is_not_there_is_refused_with_those_that_are() {
    let project = Project::of("no_tests");
    let answer = project.ci_stage(&["run", "tets"]);
    answer.complains(
        2,
        str![[r#"
error: no stage is called `tets`; did you mean `test`?
  stages: audit, build, coverage, docs, lint, secrets, test, unused

"#]],
    );
}

#[test]
fn a_lowered_gate_is_named() {
    let project = Project::of("passes");
    project.commit();
    project.edit("Cargo.toml", "coverage.lines = 95", "coverage.lines = 85");
    let answer = project.ci_stage(&["lint"]);
    assert!(
        answer
            .stdout
            .contains("this change lowers a gate:\n  coverage.lines: 95 -> 85\n"),
        "{}",
        answer.stdout
    );
    let verdict = project.verdict();
    assert_eq!(verdict["lowered_gates"][0], "coverage.lines: 95 -> 85");
}
