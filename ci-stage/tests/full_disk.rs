//! A disk that is full: a matter of set-up and no verdict on the code.
//!
//! The disk is a small one in memory, mounted in a name space of its own. Where the machine does not
//! allow that, the test is reported as ignored and says so.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts functions with #[test], and here are none"
)]

#[path = "cli/binary.rs"]
mod binary;

use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let name = "a_full_disk_is_a_matter_of_set_up_and_leaves_no_half_written_verdict";
    let possible = {
        let folder = tempfile::tempdir().unwrap();
        with_disk(&Command::new("true"), folder.path(), "1m").is_ok_and(|run| run.status.success())
    };
    if !possible {
        eprintln!("NOT CHECKED: {name}: this machine lets nobody mount a disk in memory");
    }
    let trial = Trial::test(name, || {
        full_disk();
        Ok(())
    });
    libtest_mimic::run(&arguments, vec![trial.with_ignored_flag(!possible)]).exit();
}

/// Runs a command while a disk of this size lies on the folder.
fn with_disk(command: &Command, folder: &Path, size: &str) -> std::io::Result<Output> {
    let mut shell = Command::new("unshare");
    let mount = "mount -t tmpfs -o size=$1 none \"$2\" && shift 2 && \"$@\"; code=$?; \
                 [ ! -e \"$VERDICT\" ] || cat \"$VERDICT\"; exit $code";
    shell.args(["--map-root-user", "--mount", "sh", "-c", mount, "sh", size]);
    shell
        .arg(folder)
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    if let Some(place) = command.get_current_dir() {
        shell.current_dir(place);
    }
    shell
        .env("VERDICT", folder.join("ci/verdict.json"))
        .output()
}

fn full_disk() {
    let project = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/no_tests/.");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(fixture)
        .arg(project.path())
        .status();
    assert!(copied.unwrap().success());
    let target = project.path().join("target");
    std::fs::create_dir(&target).unwrap();
    for (stage, size) in [
        ("lint", "100k"),
        ("test", "1m"),
        ("coverage", "100k"),
        ("docs", "1m"),
    ] {
        let mut command = binary::ci_stage();
        command
            .current_dir(project.path())
            .args(["--format", "json", stage]);
        // What the tests' own coverage would write there is no concern of theirs.
        command.env_remove("LLVM_PROFILE_FILE");
        let run = with_disk(&command, &target, size).unwrap();
        let (out, said) = (run.stdout, String::from_utf8_lossy(&run.stderr));
        assert_eq!(run.status.code(), Some(7), "{stage}: {said}");
        assert!(
            said.contains("is full: free some space") || said.contains("(os error 28)"),
            "{stage}: {said}"
        );
        let verdicts = serde_json::Deserializer::from_slice(&out).into_iter::<serde_json::Value>();
        for verdict in verdicts {
            assert_eq!(verdict.unwrap()["class"], "setup", "{stage}");
        }
    }
}
