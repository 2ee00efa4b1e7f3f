//! A fixture, copied to a folder of its own, on which `ci-stage` is run.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use snapbox::{IntoData, assert_data_eq};
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

impl Answer {
    /// Standard output and exit code are these.
    #[track_caller]
    pub(crate) fn prints(&self, code: i32, expected: impl IntoData) {
        assert_data_eq!(&self.stdout, expected);
        assert_eq!(self.code, code, "{}", self.stderr);
    }

    /// Standard error and exit code are these.
    #[track_caller]
    pub(crate) fn complains(&self, code: i32, expected: impl IntoData) {
        assert_data_eq!(&self.stderr, expected);
        assert_eq!(self.code, code, "{}", self.stdout);
    }
}

impl Project {
    pub(crate) fn of(fixture: &str) -> Self {
        let folder = TempDir::with_prefix("ci-stage-").unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        copy(&fixtures.join(fixture), folder.path());
        Self { folder }
    }

    /// This workspace as it stands here, with these members only.
    pub(crate) fn of_this_workspace(members: &str) -> Self {
        let folder = TempDir::with_prefix("ci-stage-").unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let made = ["target", ".git", "dist"].map(|name| root.join(name));
        copy_all_but(root, folder.path(), &made);
        let project = Self { folder };
        let lists = ["members = [", "default-members = ["];
        let manifest = project.read("Cargo.toml");
        let lines = manifest.lines().map(|line| {
            let list = lists.iter().find(|list| line.starts_with(**list));
            list.map_or_else(|| line.to_owned(), |list| format!("{list}{members}]"))
        });
        let manifest = lines.collect::<Vec<_>>().join("\n");
        fs::write(project.path("Cargo.toml"), manifest).unwrap();
        project
    }

    /// A fixture with these settings.
    pub(crate) fn with_settings(fixture: &str, settings: &str) -> Self {
        let project = Self::of(fixture);
        let section = format!("[workspace]\n[workspace.metadata.ci-stage]\n{settings}\n");
        project.edit("Cargo.toml", "[workspace]\n", &section);
        project
    }

    /// A clone of a project's commit in another folder.
    pub(crate) fn clone_of(other: &Self) -> Self {
        let folder = TempDir::with_prefix("elsewhere-ci-stage-").unwrap();
        let mut git = Command::new("git");
        git.args(["clone", "--quiet"])
            .args([other.folder.path(), folder.path()]);
        assert!(git.status().unwrap().success());
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Every file outside of `target`, with its content.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files(self.folder.path())
    }

    /// The verdict of the last run.
    pub(crate) fn verdict(&self) -> serde_json::Value {
        serde_json::from_str(&self.read("target/ci/verdict.json")).unwrap()
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

    /// Runs a copy of it that lies elsewhere.
    pub(crate) fn ci_stage_that_is(
        &self,
        program: &Path,
        variables: &[(&str, &Path)],
        arguments: &[&str],
    ) -> Answer {
        let own = ci_stage();
        fs::copy(own.get_program(), program).unwrap();
        let mut command = Command::new(program);
        command.env_clear();
        command.envs(
            own.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        for name in [
            "PATH",
            "HOME",
            "CARGO_HOME",
            "RUSTUP_HOME",
            "LLVM_PROFILE_FILE",
        ] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.envs(variables.iter().copied());
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
        let installed = installed.display();
        let lines = format!(
            "[ \"$1\" = install ] && exec touch '{installed}'\n\
             [ \"$1\" = {subcommand} ] && [ ! -e '{installed}' ] && exit 101"
        );
        self.ci_stage_where_cargo(&lines, &[], arguments)
    }

    /// Runs it where cargo does these lines of a shell first, and rustup cannot install anything.
    pub(crate) fn ci_stage_where_cargo(
        &self,
        lines: &str,
        variables: &[(&str, &str)],
        arguments: &[&str],
    ) -> Answer {
        let script = format!("#!/bin/sh\n{lines}\nexec '{}' \"$@\"\n", env!("CARGO"));
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
        command
            .env("CARGO", tools.join("cargo"))
            .env("PATH", path)
            .envs(variables.iter().copied());
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

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if entry.file_type().unwrap().is_file() {
            files.insert(path.clone(), fs::read(path).unwrap());
        } else if entry.file_type().unwrap().is_dir() && entry.file_name() != "target" {
            files.extend(self::files(&path));
        }
    }
    files
}

fn copy(from: &Path, to: &Path) {
    copy_all_but(from, to, &[]);
}

fn copy_all_but(from: &Path, to: &Path, left_out: &[PathBuf]) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if left_out.contains(&entry.path()) {
            continue;
        }
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy_all_but(&entry.path(), &target, left_out);
        } else if kind.is_symlink() {
            // It may point at a folder.
            symlink(fs::read_link(entry.path()).unwrap(), target).unwrap();
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
        let is_row = |state: &str| line.starts_with(' ') && line.contains(state);
        if words.starts_with(&["", "stage"]) || is_row("  not run  ") || is_row("  cancelled  ") {
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
