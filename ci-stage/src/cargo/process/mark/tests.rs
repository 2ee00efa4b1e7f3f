use std::io::Read;
use std::process::{Child, Command, Stdio};

use super::{Mark, TEST_NAME, is_daemon, session};

#[test]
fn a_program_that_left_its_group_is_found_by_its_mark_and_ended() {
    let mark = Mark::fresh();
    let (variable, value) = mark.variable();
    let mut leaver = Command::new("sh");
    // While a program takes the place of another one its environment is empty for a moment, so what
    // says that it has started stays the same program, and is stopped before the `sleep`.
    let script = "echo started; exec >/dev/null 2>&1; kill -STOP $$; sleep 86400";
    leaver
        .args(["-c", &format!("setsid sh -c '{script}' &")])
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

#[test]
fn the_session_of_a_process_is_read_whatever_its_name_and_also_in_a_container() {
    assert_eq!(session("17 (a) S 9 (b) S 1 17 16 34816 17"), Some(16));
    assert_eq!(
        session("17 (cargo) S 1 17 0 0 -1"),
        Some(0),
        "it began outside"
    );
    assert_eq!(session("17 (cargo"), None);
}

#[test]
fn a_program_in_a_session_of_its_own_is_a_daemon() {
    let pipes = || {
        let mut command = Command::new("cat");
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        command
    };
    let mut plain = pipes().spawn().unwrap();
    let mut daemon = Command::new("setsid");
    daemon.args(["sh", "-c", "echo begun; exec cat >/dev/null"]);
    let mut daemon = daemon
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut begun = [0; 6];
    daemon
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut begun)
        .unwrap();
    let number = |child: &Child| i32::try_from(child.id()).unwrap();
    assert!(!is_daemon(number(&plain)));
    assert!(is_daemon(number(&daemon)));
    for child in [&mut plain, &mut daemon] {
        drop(child.stdin.take());
        child.wait().unwrap();
    }
}
