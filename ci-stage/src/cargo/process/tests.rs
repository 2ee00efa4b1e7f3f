use std::process::Command;
use std::time::Duration;

use super::{End, Mark, Streams, run, run_until};

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn what_was_written_is_heard_although_something_left_running_holds_the_pipe() {
    let mark = Mark::fresh();
    let (variable, value) = mark.variable();
    // It ends only when what it leaves has become the program that is looked for.
    let mut leaver = shell(
        "setsid sleep 86400 & until [ \"$(cat /proc/$!/comm)\" = sleep ]; do :; done; \
         echo written; exit 3",
    );
    leaver.env(variable, value);
    let finished = run(leaver, Streams::Capture, None).unwrap();
    assert_eq!(finished.end, End::Exited(3));
    assert_eq!(finished.output, "written\n");
    assert_eq!(mark.end_left_behind().len(), 1);
}

#[test]
fn a_program_is_killed_at_its_last_words() {
    let endless = shell("echo one; echo the end is near; sleep 86400");
    let finished = run_until(endless, Streams::Capture, None, Some("the end")).unwrap();
    assert_eq!(finished.end, End::Signal(9));
    assert_eq!(finished.output, "one\nthe end is near\n");
}

#[test]
fn a_program_that_runs_too_long_is_killed() {
    let limit = Duration::from_millis(50);
    let finished = run(shell("sleep 86400"), Streams::Capture, Some(limit)).unwrap();
    assert_eq!(finished.end, End::TimedOut(limit));
}
