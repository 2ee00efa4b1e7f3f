use std::process::{Command, Stdio};

use super::{Mark, TEST_NAME};

#[test]
fn a_program_that_left_its_group_is_found_by_its_mark_and_ended() {
    let mark = Mark::fresh();
    let (variable, value) = mark.variable();
    let mut leaver = Command::new("sh");
    leaver
        .args(["-c", "setsid sleep 86400 >/dev/null 2>&1 & echo started"])
        .env(variable, value)
        .env(TEST_NAME, "leaves_a_sleeper")
        .stdin(Stdio::null());
    let answer = leaver.output().unwrap();
    assert_eq!(answer.stdout, b"started\n");

    assert_eq!(Mark::fresh().end_left_behind(), [], "it bears no such mark");
    let ended = mark.end_left_behind();
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert!(ended[0].command.contains("sleep 86400"), "{ended:?}");
    assert_eq!(ended[0].test.as_deref(), Some("leaves_a_sleeper"));
    assert_eq!(mark.end_left_behind(), [], "nothing is left");
}

#[test]
fn a_folder_keeps_its_mark() {
    let folder = std::path::Path::new("/tmp/a:b");
    assert_eq!(Mark::of(folder).variable(), Mark::of(folder).variable());
}
