//! A shop with two environments, and releases of it: small programs that print their prices.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ci_stage::artifact::{attest, checksums, pack};
use ci_stage::cargo::Workspace;
use ci_stage::commit::Commit;
use ci_stage::sources::hash;
use ci_stage::stage::Report;
use ci_stage::verdict::Verdict;
use regex::Regex;
use tempfile::TempDir;

use crate::binary::ci_stage;

const MANIFEST: &str = r#"
[workspace]

[workspace.metadata.ci-stage]
name = "shop"
stages = ["smoke", "build"]
stage.smoke.run = ["true"]

[workspace.metadata.ci-stage.environments.staging]
folder = "staging"
approval = "never"
watch.checks = ["./shop health"]

[workspace.metadata.ci-stage.environments.production]
folder = "production"
after = "staging"
approval = "when-prices-change"
approvers = "approvers"
impact.price = "./shop price"
watch.checks = ["./shop health"]

[package]
name = "shop"
version = "0.1.0"
edition = "2024"
"#;

/// `shop price` prints the book, `shop health` says whether it is well.
const PROGRAM: &str = "#!/bin/sh\ncd \"$(dirname \"$0\")\" && case $1 in\n\
    price) cat book.csv ;;\n health) cat health && grep -q well health ;;\nesac\n";

/// What the invoices of the book cost.
pub(crate) const PRICES: &str = "invoice_id,total\nA,10.00\nB,20.00\nC,30.00\n";

/// The shop's workspace.
pub(crate) struct Shop {
    folder: TempDir,
}

/// How a run of `ci-stage` ended; digests, times and the folder are replaced.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Shop {
    pub(crate) fn new() -> Self {
        let shop = Self {
            folder: TempDir::with_prefix("ci-stage-shop-").unwrap(),
        };
        shop.write("Cargo.toml", MANIFEST);
        shop.write(
            ".gitignore",
            "/target\n/staging\n/production\n/approvers\n/key*\nCargo.lock\n",
        );
        shop.write("src/lib.rs", "//! A shop.\n");
        shop.git(&["init", "--quiet"]);
        shop.git(&["config", "user.name", "Ada"]);
        shop.git(&["config", "user.email", "ada@example.com"]);
        shop
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let file = self.path(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Replaces a text in the manifest, which must be there.
    pub(crate) fn configure(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("Cargo.toml")).unwrap();
        assert!(text.contains(from), "{from}");
        self.write("Cargo.toml", &text.replace(from, to));
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.current_dir(self.folder.path()).args(arguments);
        let output = git.output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits, and lays the artifact of the commit in `dist` as a green pipeline would.
    pub(crate) fn release(&self, prices: &str, health: &str) -> PathBuf {
        self.release_with(prices, health, "passed")
    }

    pub(crate) fn release_with(&self, prices: &str, health: &str, class: &str) -> PathBuf {
        self.write(
            "src/lib.rs",
            &format!("//! A shop.\n//! {prices:?} {health}\n"),
        );
        self.git(&["add", "--all"]);
        self.git(&[
            "commit",
            "--quiet",
            "--allow-empty",
            "--message",
            "a change",
        ]);
        let workspace = Workspace::find(Some(&self.path("Cargo.toml"))).unwrap();
        let commit = Commit::of(workspace.root()).unwrap();
        let title = format!("shop-{commit}");
        self.write("dist/.gitignore", "*\n");
        let folder = self.path(&format!("dist/{title}"));
        for (name, text) in [("shop", PROGRAM), ("book.csv", prices), ("health", health)] {
            self.write(&format!("dist/{title}/{name}"), text);
        }
        fs::set_permissions(folder.join("shop"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(folder.join("SHA256SUMS"), checksums(&folder).unwrap()).unwrap();
        let archive = self.path(&format!("dist/{title}.tar.zst"));
        pack(&folder, &title, 0, &archive).unwrap();
        self.write("Cargo.lock", "");
        let stages = serde_json::json!([
            { "name": "smoke", "class": class, "summary": "", "duration_ms": 0 },
            { "name": "build", "class": "passed", "summary": "", "duration_ms": 0,
              "package": format!("dist/{title}") },
        ]);
        let stages: Vec<Report> = serde_json::from_value(stages).unwrap();
        let verdict = Verdict::new("pipeline", &commit, stages, Duration::ZERO);
        attest(&workspace, &verdict).unwrap();
        archive
    }

    /// A key of a person whom the list of approvers names.
    pub(crate) fn approver(&self, name: &str) -> String {
        let key = self.path(&format!("key-{name}"));
        let mut keygen = Command::new("ssh-keygen");
        keygen
            .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f"])
            .arg(&key);
        assert!(keygen.status().unwrap().success());
        let public = fs::read_to_string(key.with_extension("pub"))
            .unwrap_or_else(|_| fs::read_to_string(self.path(&format!("key-{name}.pub"))).unwrap());
        let list = fs::read_to_string(self.path("approvers")).unwrap_or_default();
        self.write("approvers", &format!("{list}{name} {public}"));
        key.to_str().unwrap().to_owned()
    }

    /// `ci-stage` in the shop's folder, started by nobody but Ada.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = ci_stage();
        command
            .current_dir(self.folder.path())
            .args(arguments)
            .env_remove("BUILD_TAG");
        command
    }

    pub(crate) fn ci_stage(&self, arguments: &[&str]) -> Answer {
        Answer::of(&mut self.command(arguments), self.folder.path())
    }

    /// The digest that runs in an environment.
    pub(crate) fn current(&self, environment: &str) -> Option<String> {
        let link = fs::read_link(self.path(environment).join("current")).ok()?;
        let digest = link.strip_prefix("releases").unwrap();
        Some(digest.to_str().unwrap().to_owned())
    }

    /// The lines of an environment's log.
    pub(crate) fn log(&self, environment: &str) -> Vec<serde_json::Value> {
        let text = fs::read_to_string(self.path(environment).join("log.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Answer {
    pub(crate) fn of(command: &mut Command, folder: &Path) -> Self {
        let output = command.output().unwrap();
        let folder = folder.canonicalize().unwrap();
        let readable = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let mut text = text.replace(folder.to_str().unwrap(), "[FOLDER]");
            for (pattern, name) in [
                (r"\b[0-9a-f]{64}\b", "[DIGEST]"),
                (r"\b[0-9a-f]{12}\b", "[SHORT]"),
                (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "[TIME]"),
                (r"\b\d+\.\d s\b", "[SECONDS]"),
            ] {
                let pattern = Regex::new(pattern).unwrap();
                text = pattern.replace_all(&text, name).into_owned();
            }
            text
        };
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: readable(&output.stdout),
            stderr: readable(&output.stderr),
        }
    }

    /// Standard output and exit code are these.
    #[track_caller]
    pub(crate) fn prints(&self, code: i32, expected: impl snapbox::IntoData) {
        snapbox::assert_data_eq!(&self.stdout, expected);
        assert_eq!(self.code, code, "{}", self.stderr);
    }

    /// The error on standard error and exit code are these.
    #[track_caller]
    pub(crate) fn complains(&self, code: i32, expected: impl snapbox::IntoData) {
        snapbox::assert_data_eq!(&self.stderr, expected);
        assert_eq!(self.code, code, "{}", self.stdout);
    }

    /// It succeeded.
    #[track_caller]
    pub(crate) fn succeeds(&self) {
        assert_eq!(self.code, 0, "{}{}", self.stdout, self.stderr);
    }
}

/// The SHA-256 of a file.
pub(crate) fn digest(file: &Path) -> String {
    hash(&fs::read(file).unwrap())
}
