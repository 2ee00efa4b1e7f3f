//! `ci-stage mutate` that is stopped on its way: nothing of it is left, and the next run works.

use std::path::Path;

use crate::processes::{Running, is_gone, running_below};
use crate::project::Project;

/// The fixture with a build script and a test that wait for ever where `FIXTURE_HOLDS` says so.
fn waiting() -> Project {
    let project = Project::of("mutants");
    let script = r#"
        fn main() {
            let phase = std::env::var("RUSTC_WORKSPACE_WRAPPER").unwrap_or_default();
            let holds = std::env::var("FIXTURE_HOLDS").unwrap_or_default();
            if phase.contains(&format!("/{holds}-")) {
                let pipe = std::env::var("FIXTURE_PIPE").unwrap();
                std::fs::write(pipe, format!("{}\n", std::process::id())).unwrap();
                loop {
                    std::thread::park();
                }
            }
        }"#;
    std::fs::write(project.path("shop/build.rs"), script).unwrap();
    project.edit(
        "shop/tests/shop.rs",
        "fn counting_ends() {",
        r#"fn counting_ends() {
            let holds = std::env::var("FIXTURE_HOLDS").unwrap_or_default();
            if holds == "matrix" && std::env::var_os("CI_STAGE_MUTANT").is_some() {
                // In a session of its own it survives when the test's group is killed.
                let mut sleeper = std::process::Command::new("setsid")
                    .args(["sleep", "86400"]).spawn().unwrap();
                let pipe = std::env::var("FIXTURE_PIPE").unwrap();
                std::fs::write(pipe, format!("{}\n", sleeper.id())).unwrap();
                sleeper.wait().unwrap();
            }"#,
    );
    project
}

/// Folders of the lab in which nothing may be left.
fn has_temporary_files(project: &Project) -> bool {
    let labs = std::fs::read_dir(project.path("target/ci/mutate")).unwrap();
    // Cargo's own target folder has a `tmp` as well.
    let labs = labs.map(|lab| lab.unwrap().path());
    let mut labs = labs.filter(|lab| !lab.ends_with("target"));
    labs.any(|lab| lab.join("tmp").exists() || lab.join("reads").exists())
}

const SWEEP: [&str; 3] = ["mutate", "--const", "STEP"];

fn works(project: &Project) {
    let answer = project.ci_stage(&SWEEP);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(answer.stdout.contains("shop::STEP"), "{}", answer.stdout);
    assert!(!has_temporary_files(project));
}

#[test]
fn an_interrupt_leaves_nothing_behind_in_any_phase() {
    let project = waiting();
    let before = project.files();
    for phase in ["probe", "schema", "matrix"] {
        let mut run = Running::start(&project, &[("FIXTURE_HOLDS", phase)], &SWEEP);
        let process = run.heard();
        assert_eq!(run.interrupt(), Some(130), "{phase}");
        assert!(is_gone(&process), "{phase}");
        assert_eq!(running_below(&project.path("target")), [] as [&Path; 0]);
        assert!(!has_temporary_files(&project), "{phase}");
        assert!(!project.path("target/ci/mutate/matrix.json").exists());
    }
    assert_eq!(project.files(), before);
    works(&project);
    assert_eq!(project.files(), before);
}

fn is_cleared_away_after_a_kill_in(phase: &str) {
    let project = waiting();
    let before = project.files();
    let mut run = Running::start(&project, &[("FIXTURE_HOLDS", phase)], &SWEEP);
    let left = run.heard();
    run.kill();
    assert_eq!(project.files(), before);
    works(&project);
    assert!(is_gone(&left));
    assert_eq!(project.files(), before);
}

#[test]
fn a_run_killed_while_it_builds_is_cleared_away_by_the_next_one_which_works() {
    is_cleared_away_after_a_kill_in("schema");
}

#[test]
fn a_run_killed_while_it_tests_is_cleared_away_by_the_next_one_which_works() {
    is_cleared_away_after_a_kill_in("matrix");
}

#[test]
fn an_interrupt_reaches_a_run_that_waits_for_another() {
    let project = waiting();
    let mut first = Running::start(&project, &[("FIXTURE_HOLDS", "probe")], &SWEEP);
    let process = first.heard();
    let mut second = Running::start(&project, &[], &SWEEP);
    assert_eq!(
        second.complains(),
        "waiting for another `ci-stage mutate` of this workspace"
    );
    assert_eq!(second.interrupt(), Some(130));
    assert_eq!(first.interrupt(), Some(130));
    assert!(is_gone(&process));
}
