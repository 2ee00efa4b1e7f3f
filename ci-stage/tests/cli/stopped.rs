//! ^C while a stage is at work: no process, no verdict, no package is left.

use crate::processes::{Running, is_gone, running_below};
use crate::project::Project;

/// Waits for ever as soon as it has said its number.
const HOLDS: &str = r#"fn main() {
    let pipe = std::env::var("FIXTURE_PIPE").unwrap();
    std::fs::write(pipe, format!("{}\n", std::process::id())).unwrap();
    loop {
        std::thread::park();
    }
}
"#;

fn interrupted(project: &Project, stage: &[&str]) {
    let mut run = Running::start(project, &[], stage);
    let process = run.heard();
    assert_eq!(run.interrupt(), Some(130), "{stage:?}");
    assert!(is_gone(&process), "{stage:?}");
    assert_eq!(
        running_below(&project.path("")),
        [""; 0].map(std::path::PathBuf::from)
    );
    assert!(
        !project.path("target/ci/verdict.json").exists(),
        "{stage:?}"
    );
}

#[test]
fn an_interrupt_in_any_stage_leaves_no_process_and_no_verdict() {
    let smoke = "stage.smoke.run = [\"echo $$ > $FIXTURE_PIPE; sleep 86400\"]";
    let project = Project::with_settings("no_tests", smoke);
    std::fs::write(project.path("build.rs"), HOLDS).unwrap();
    for stage in ["lint", "test", "coverage", "docs", "build"] {
        interrupted(&project, &[stage]);
    }
    interrupted(&project, &["run", "smoke"]);
    assert!(!project.path("dist").exists());
}

#[test]
fn an_interrupt_of_the_gate_of_record_ends_its_tests_too() {
    let project = Project::of("hangs");
    interrupted(&project, &["coverage", "--of-record"]);
}
