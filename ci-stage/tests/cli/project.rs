//! A fixture, copied to a folder of its own, on which `ci-stage` is run.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::binary::ci_stage;

/// A copy of a folder in `tests/fixtures`.
pub(crate) struct Project {
    folder: TempDir,
}

/// How a run of `ci-stage` ended.
pub(crate) struct Answer {
    pub(crate) code: i32,
    /// Standard output; times are replaced by `[TIME]`.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn of(fixture: &str) -> Self {
        let folder = TempDir::with_prefix("ci-stage-").unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        copy(&fixtures.join(fixture), folder.path());
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Replaces a text in a file, which must be there.
    pub(crate) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} holds {from}");
        fs::write(self.path(name), text.replace(from, to)).unwrap();
    }

    /// Makes the folder a Git repository with one commit.
    pub(crate) fn commit(&self) {
        fs::write(self.path(".gitignore"), "/target\nCargo.lock\n").unwrap();
        let identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"];
        for step in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &["commit", "--quiet", "--message", "start"],
        ] {
            let mut git = Command::new("git");
            git.current_dir(self.folder.path())
                .args(identity)
                .args(step);
            assert!(git.status().unwrap().success(), "git {step:?}");
        }
    }

    /// Runs `ci-stage` in the project's folder.
    pub(crate) fn ci_stage(&self, arguments: &[&str]) -> Answer {
        self.run(ci_stage(), arguments)
    }

    /// Runs it as a step of GitHub, whose checkout is the project's folder, with a summary in
    /// `summary.md`.
    pub(crate) fn ci_stage_on_github(&self, arguments: &[&str]) -> Answer {
        let mut command = ci_stage();
        command
            .env("GITHUB_ACTIONS", "true")
            .env(
                "GITHUB_WORKSPACE",
                self.folder.path().canonicalize().unwrap(),
            )
            .env("GITHUB_STEP_SUMMARY", self.path("summary.md"));
        self.run(command, arguments)
    }

    /// Runs it with further variables.
    pub(crate) fn ci_stage_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Answer {
        let mut command = ci_stage();
        command.envs(variables.iter().copied());
        self.run(command, arguments)
    }

    /// Runs it on a machine whose cargo lacks a subcommand until `cargo install` was called,
    /// and whose rustup cannot install anything.
    pub(crate) fn ci_stage_without(&self, subcommand: &str, arguments: &[&str]) -> Answer {
        let installed = self.path("installed");
        let script = format!(
            "#!/bin/sh\n\
             [ \"$1\" = install ] && exec touch '{installed}'\n\
             [ \"$1\" = {subcommand} ] && [ ! -e '{installed}' ] && exit 101\n\
             exec '{real}' \"$@\"\n",
            installed = installed.display(),
            real = env!("CARGO")
        );
        let tools = self.path("tools");
        fs::create_dir_all(&tools).unwrap();
        for (name, script) in [("cargo", &*script), ("rustup", "#!/bin/sh\nexit 1\n")] {
            let tool = tools.join(name);
            fs::write(&tool, script).unwrap();
            fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut path = tools.clone().into_os_string();
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap());
        let mut command = ci_stage();
        command.env("CARGO", tools.join("cargo")).env("PATH", path);
        self.run(command, arguments)
    }

    fn run(&self, mut command: Command, arguments: &[&str]) -> Answer {
        command.current_dir(self.folder.path()).args(arguments);
        let output = command.output().unwrap();
        let folder = self.folder.path().canonicalize().unwrap();
        let readable = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            text.replace(folder.to_str().unwrap(), "[FOLDER]")
        };
        Answer {
            code: output.status.code().unwrap_or(-1),
            stdout: without_times(&readable(&output.stdout)),
            stderr: readable(&output.stderr),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// `in 0.03s` becomes `in [TIME]`; in the table `  0.5 s` becomes `[TIME]`, and because the
/// columns' width depends on it, runs of spaces become two.
fn without_times(text: &str) -> String {
    let line = |line: &str| {
        if let Some((counts, _)) = line.rsplit_once(" in ").filter(|(_, time)| is_time(time)) {
            return format!("{counts} in [TIME]");
        }
        let mut words: Vec<&str> = line.split(' ').collect();
        if let Some(at) = words
            .windows(2)
            .position(|pair| pair[1] == "s" && is_time(pair[0]))
        {
            words.splice(at..=at + 1, ["[TIME]"]);
            words.dedup_by(|next, word| next.is_empty() && word.is_empty());
        }
        if words.starts_with(&["", "stage"]) {
            words.dedup_by(|next, word| next.is_empty() && word.is_empty());
        }
        words.join(" ")
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn is_time(word: &str) -> bool {
    let number = word.trim_end_matches('s');
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    number
        .split_once('.')
        .is_some_and(|(whole, rest)| digits(whole) && digits(rest))
}
