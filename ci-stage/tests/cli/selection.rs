//! Which stages run, in which order, and what runs beside what.

use snapbox::{assert_data_eq, str};

use crate::project::Project;

fn with_settings(fixture: &str, settings: &str) -> Project {
    let project = Project::of(fixture);
    let section = format!("[workspace]\n[workspace.metadata.ci-stage]\n{settings}\n");
    project.edit("Cargo.toml", "[workspace]\n", &section);
    project
}

#[test]
fn own_commands_run_in_order_with_their_environment_and_class() {
    let project = with_settings(
        "no_tests",
        "stages = [\"hello\", \"lint\", \"bye\"]\nenv = { WHO = \"world\" }\n\
         stage.hello.run = [\"echo hello $WHO $MORE > said\"]\nstage.hello.env = { MORE = \"!\" }\n\
         stage.bye = { run = [\"true\", \"exit 3\", \"touch never\"], class = \"gate\" }",
    );
    let answer = project.ci_stage(&[]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
==> hello
HELLO PASSED
==> lint
LINT PASSED: formatted, and clippy has nothing to say
==> bye
BUILD FAILED: `exit 3` ended with Exited(3), stopping the pipeline

BYE IS RED: `exit 3` ended with Exited(3)
repeat just this: exit 3

 stage  result  time
 hello  passed  [TIME]  every command succeeded
 lint  passed  [TIME]  formatted, no warning
 bye  gate not met  [TIME]  `exit 3` ended with Exited(3)

0 passed, 0 failed

"#]]
    );
    assert_eq!(answer.code, 5, "{}", answer.stderr);
    assert_eq!(project.read("said"), "hello world !\n");
    assert!(!project.path("never").exists());
}

#[test]
fn a_stage_beside_a_failing_one_is_cancelled_with_its_programs() {
    let project = with_settings(
        "no_tests",
        "stages = [\"quick\", \"slow\"]\nstage.quick.run = [\"while [ ! -e begun ]; do sleep 0.05; done; false\"]\n\
         stage.slow = { run = [\"touch begun; sleep 600; touch late\"], beside = \"quick\" }",
    );
    let answer = project.ci_stage(&[]);
    let (_, table) = answer.stdout.rsplit_once("\n\n stage").unwrap();
    assert!(table.contains("slow   cancelled"), "{table}");
    assert_eq!(answer.code, 1, "{}", answer.stderr);
    assert!(!project.path("late").exists());
}

#[test]
fn a_stage_that_runs_too_long_is_killed_and_timed_out() {
    let project = with_settings(
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
    let project = with_settings(
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
fn a_stage_that_is_not_there_is_refused_with_those_that_are() {
    let project = Project::of("no_tests");
    let answer = project.ci_stage(&["run", "tets"]);
    assert_data_eq!(
        answer.stderr,
        str![[r#"
error: no stage is called `tets`; did you mean `test`?
  stages: audit, build, coverage, docs, lint, secrets, test, unused

"#]]
    );
    assert_eq!(answer.code, 2);
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
    let verdict: serde_json::Value =
        serde_json::from_str(&project.read("target/ci/verdict.json")).unwrap();
    assert_eq!(verdict["lowered_gates"][0], "coverage.lines: 95 -> 85");
}
