//! What a person at a desk asks for: run again on a change, wait when something is red.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::binary::ci_stage;
use crate::processes::Running;
use crate::project::Project;

#[test]
fn a_watched_stage_runs_again_when_a_source_changes_until_it_is_interrupted() {
    let hello = "stage.hello.run = [\"echo $(cat src/lib.rs) > $FIXTURE_PIPE\"]";
    let project = Project::with_settings("no_tests", hello);
    // In one step, so that nobody sees half of it.
    let write = |text: &str| {
        std::fs::write(project.path("target/new"), text).unwrap();
        std::fs::rename(project.path("target/new"), project.path("src/lib.rs")).unwrap();
    };
    std::fs::create_dir(project.path("target")).unwrap();
    write("//! First.\n");
    // The lock file that a first run would write is a change as well.
    let mut lock = Command::new(env!("CARGO"));
    lock.args(["generate-lockfile", "--offline"])
        .current_dir(project.path(""));
    assert!(lock.status().unwrap().success());
    let mut run = Running::start(&project, &[], &["run", "hello", "--watch"]);
    assert_eq!(run.heard(), "//! First.");
    write("//! Second.\n");
    assert_eq!(run.heard(), "//! Second.");
    assert_eq!(run.interrupt(), Some(130));
}

#[test]
fn a_red_stage_waits_for_enter_on_a_terminal_and_only_there() {
    let project = Project::with_settings("no_tests", "stage.broken.run = [\"false\"]");
    let run = ["run", "broken", "--pause-on-failure"];
    assert_eq!(
        project.ci_stage(&run).code,
        1,
        "without a terminal nobody is asked"
    );

    // `script` gives its command a terminal.
    let own = ci_stage();
    let mut script = Command::new("script");
    let line = format!("'{}' {}", own.get_program().display(), run.join(" "));
    script
        .args(["-qefc", &line, "/dev/null"])
        .current_dir(project.path(""));
    for (name, value) in own.get_envs() {
        match value {
            Some(value) => script.env(name, value),
            None => script.env_remove(name),
        };
    }
    let mut script = script
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(script.stdout.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let asked = lines.find(|line| line.contains("Press Enter to go on"));
    let asked = asked.expect("it asks");
    assert!(asked.starts_with("broken is red"), "{asked}");
    assert_eq!(script.try_wait().unwrap(), None, "it waits");
    script.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    lines.for_each(drop);
    assert_eq!(script.wait().unwrap().code(), Some(1));
}
