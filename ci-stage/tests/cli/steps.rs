//! A pipeline in several steps, as CI servers show one.

use snapbox::str;

use crate::project::Project;

/// Each stage of the last verdict with its state.
fn states(project: &Project) -> String {
    let verdict = project.verdict();
    let stages = verdict["stages"].as_array().unwrap().iter();
    let words = stages.map(|stage| {
        let text = |field: &str| stage[field].as_str().unwrap().to_owned();
        format!("{} {}", text("name"), text("state"))
    });
    words.collect::<Vec<_>>().join(", ")
}

fn in_three_stages() -> Project {
    let project = Project::with_settings(
        "no_tests",
        "stages = [\"a\", \"b\", \"c\"]\nstage.a.run = [\"true\"]\n\
         stage.b.run = [\"[ ! -e red ]\"]\nstage.c.run = [\"true\"]",
    );
    project.commit();
    project
}

#[test]
fn what_passed_in_the_steps_before_stands_in_the_verdict() {
    let project = in_three_stages();
    project.ci_stage(&["run", "a"]);
    assert_eq!(states(&project), "a ran");
    project.ci_stage(&["run", "b"]);
    assert_eq!(states(&project), "a earlier, b ran");
    project.ci_stage(&["run", "--from", "c"]).prints(
        0,
        str![[r#"
C PASSED

 stage  result  time
 a  passed  [TIME]  in an earlier step: every command succeeded
 b  passed  [TIME]  in an earlier step: every command succeeded
 c  passed  [TIME]  every command succeeded

0 passed, 0 failed

"#]],
    );
    assert_eq!(states(&project), "a earlier, b earlier, c ran");
    project.ci_stage(&["run", "a"]);
    assert_eq!(states(&project), "a ran", "a first step begins anew");
}

#[test]
fn what_passed_on_other_sources_or_did_not_pass_is_not_in_the_verdict() {
    let project = in_three_stages();
    project.ci_stage(&["run", "a"]);
    project.edit("src/lib.rs", "//!", "//! Changed.");
    project.ci_stage(&["run", "b"]);
    assert_eq!(states(&project), "b ran", "another commit");
    project.ci_stage(&["run", "a"]);
    project.edit("src/lib.rs", "Changed.", "Changed again.");
    project.ci_stage(&["run", "b"]);
    assert_eq!(states(&project), "b ran", "the same commit, other sources");
    std::fs::write(project.path("target/red"), "").unwrap();
    project.edit("Cargo.toml", "-e red", "-e target/red");
    project.ci_stage(&["run", "a"]);
    assert_eq!(project.ci_stage(&["run", "b"]).code, 1);
    assert_eq!(states(&project), "a earlier, b ran");
    project.ci_stage(&["run", "c"]);
    assert_eq!(states(&project), "a earlier, c ran");
}

#[test]
fn an_artifact_of_several_steps_is_delivered_and_one_that_lacks_a_stage_is_refused() {
    let project = Project::of("passes");
    project.edit(
        "Cargo.toml",
        "coverage.lines = 95",
        "stages = [\"smoke\", \"build\"]\nstage.smoke.run = [\"true\"]\n\
         [workspace.metadata.ci-stage.environments.staging]\n\
         folder = \"target/staging\"\napproval = \"never\"",
    );
    project.commit();
    project.ci_stage(&["run", "build"]);
    let refused = project.ci_stage(&["deploy", "staging"]);
    assert!(
        refused.stderr.contains("its verdict does not cover smoke"),
        "{}",
        refused.stderr
    );
    project.ci_stage(&["run", "smoke"]);
    project.ci_stage(&["run", "build"]);
    let delivered = project.ci_stage(&["deploy", "staging"]);
    assert_eq!(delivered.code, 0, "{}", delivered.stderr);
}
