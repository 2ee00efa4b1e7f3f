//! Killed at any moment, an environment runs the old or the new release, and the next command
//! knows.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

use crate::shop::{PRICES, Shop, digest};
use crate::{SHELL, trial};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial(
            "killed_at_any_moment_an_environment_runs_one_release_and_the_next_command_knows",
            &[SHELL],
            killed_at_any_moment,
        ),
        trial(
            "only_one_works_on_an_environment_at_a_time",
            &[SHELL],
            one_at_a_time,
        ),
    ]
}

/// How many kills: a few wherever the tests run, as many as somebody asks for elsewhere.
fn kills() -> u32 {
    let asked = std::env::var("CI_STAGE_TEST_KILLS").ok();
    asked.map_or(6, |kills| kills.parse().unwrap())
}

fn killed_at_any_moment() {
    let shop = Shop::new();
    let archives = ["well 1", "well 2"].map(|health| shop.release(PRICES, health));
    let digests = archives.each_ref().map(|archive| digest(archive));
    let deploy = |number: usize| {
        let archive = archives[number].to_str().unwrap();
        shop.command(&["deploy", "staging", "--artifact", archive])
    };
    let began = Instant::now();
    assert!(run(deploy(0)));
    let whole = began.elapsed();
    assert!(run(deploy(1)));
    for kill in 0..kills() {
        // Spread over the whole time, in an order that mixes early and late.
        let share = (kill * 37) % 100;
        let command = match kill % 3 {
            0 => shop.command(&["rollback", "staging"]),
            other => deploy(usize::from(other == 1)),
        };
        kill_after(command, whole * share / 100);
        let current = shop.current("staging").unwrap();
        assert!(digests.contains(&current), "kill {kill}: {current}");
        let health = fs::read_to_string(shop.path("staging/current/health")).unwrap();
        let expected = if current == digests[0] {
            "well 1"
        } else {
            "well 2"
        };
        assert_eq!(health, expected, "kill {kill}");
        let status = shop.ci_stage(&["--format", "json", "status", "staging"]);
        status.succeeds();
        assert!(
            !status.stdout.contains("damaged"),
            "kill {kill}: {status:?}"
        );
        assert!(run(deploy((kill % 2) as usize)), "kill {kill}");
        let wanted = &digests[(kill % 2) as usize];
        assert_eq!(
            shop.current("staging").as_ref(),
            Some(wanted),
            "kill {kill}"
        );
    }
}

fn run(mut command: Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().unwrap().success()
}

fn kill_after(mut command: Command, time: Duration) {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // Nobody sends anything: this is a wait that ends at a moment of no meaning.
    let (_keep, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(time);
    let _ = child.kill();
    child.wait().unwrap();
}

/// Two processes: the first waits in a check until it is told to go on.
fn one_at_a_time() {
    let shop = Shop::new();
    let pipe = shop.path("target-pipe");
    shop.write(".gitignore", "/target*\n/staging\nCargo.lock\n");
    for name in ["began", "go-on"] {
        let mut make = Command::new("mkfifo");
        assert!(
            make.arg(pipe.with_extension(name))
                .status()
                .unwrap()
                .success()
        );
    }
    let check = format!(
        "echo > {pipe}.began && cat {pipe}.go-on",
        pipe = pipe.display()
    );
    shop.configure(
        "folder = \"staging\"",
        &format!("folder = \"staging\"\nactivate = ['{check}']"),
    );
    shop.release(PRICES, "well");
    let mut command = shop.command(&["deploy", "staging"]);
    let mut first: Child = command.stdout(Stdio::null()).spawn().unwrap();
    fs::read(pipe.with_extension("began")).unwrap();
    let second = shop.ci_stage(&["deploy", "staging"]);
    assert_eq!(second.code, 7, "{second:?}");
    assert!(
        second
            .stderr
            .contains("is being worked on by ada@example.com on "),
        "{second:?}"
    );
    let status = shop.ci_stage(&["status", "staging"]);
    assert!(
        status
            .stdout
            .contains("unproven (deploying, by ada@example.com"),
        "{status:?}"
    );
    fs::write(pipe.with_extension("go-on"), "").unwrap();
    assert!(first.wait().unwrap().success());
}
