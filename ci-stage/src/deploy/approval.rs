//! What a person has approved: a statement, and an SSH signature of exactly its text.
//!
//! It protects against a record that nobody on the list of approvers has signed, that was signed
//! for another digest, commit or environment, or while another release ran. It does not protect
//! against whoever holds an approver's key, can write to the list of approvers, or can write to
//! the environment without this program; keep that list where a commit cannot change it.

use std::fs;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::short;
use crate::cargo::process::{Streams, run, run_in_foreground};
use crate::error::Error;

/// What a signature is for: one that was given for anything else does not count here.
const NAMESPACE: &str = "ci-stage-approval";

/// What is approved, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Statement {
    pub(super) environment: String,
    /// The artifact's SHA-256.
    pub(super) digest: String,
    pub(super) commit: String,
    /// What ran when it was approved: the amounts were compared with that.
    pub(super) from: Option<String>,
    pub(super) approver: String,
    pub(super) at: Timestamp,
}

/// A statement with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The signed text itself, so that no other way of writing it matters.
    statement: String,
    signature: String,
}

impl Record {
    /// Signs a statement; ssh-keygen asks for what it needs to use the key.
    pub(super) fn sign(statement: &Statement, key: &Path) -> Result<Self, Error> {
        let cannot = |error| Error::Setup(format!("cannot write the approval: {error}"));
        let statement = serde_json::to_string(statement).map_err(cannot)?;
        let scratch = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
        let file = scratch.path().join("approval");
        fs::write(&file, &statement).map_err(Error::io("write", &file))?;
        let mut command = Command::new("ssh-keygen");
        command
            .args(["-q", "-Y", "sign", "-n", NAMESPACE, "-f"])
            .arg(key)
            .arg(&file);
        if !run_in_foreground(command)? {
            return Err(Error::Usage(format!(
                "{}: ssh-keygen cannot sign with this key; what it says stands above",
                key.display()
            )));
        }
        let signature = file.with_extension("sig");
        let signature = fs::read_to_string(&signature).map_err(Error::io("read", &signature))?;
        Ok(Self {
            statement,
            signature,
        })
    }

    /// The record as a line.
    pub(super) fn line(&self) -> Result<String, Error> {
        serde_json::to_string(self)
            .map_err(|error| Error::Setup(format!("cannot write the approval: {error}")))
    }

    /// The approver, or why the record does not count for what is expected.
    pub(super) fn judge(
        &self,
        expected: &Statement,
        approvers: &Path,
        authors: &[String],
    ) -> Result<Result<String, String>, Error> {
        let Ok(statement) = serde_json::from_str::<Statement>(&self.statement) else {
            return Ok(Err("a record that is no statement".into()));
        };
        let by = &statement.approver;
        let refused = |why: String| Ok(Err(format!("the approval of {by} is refused: {why}")));
        if !self.is_signed_by(by, approvers)? {
            return refused(format!(
                "its signature is not that of {by} in {}: it is forged, or {by} may not approve",
                approvers.display()
            ));
        }
        for (what, stated, wanted) in [
            ("environment", &statement.environment, &expected.environment),
            ("digest", &statement.digest, &expected.digest),
            ("commit", &statement.commit, &expected.commit),
        ] {
            if stated != wanted {
                return refused(format!("it is for another {what}: {stated}"));
            }
        }
        if statement.from != expected.from {
            let ran =
                |digest: &Option<String>| digest.as_deref().map_or("nothing", short).to_owned();
            return refused(format!(
                "it was given while {} ran, and now {} does",
                ran(&statement.from),
                ran(&expected.from)
            ));
        }
        if authors.iter().any(|author| author.eq_ignore_ascii_case(by)) {
            return refused(format!(
                "{by} wrote a part of the change, and two persons are asked"
            ));
        }
        Ok(Ok(by.clone()))
    }

    fn is_signed_by(&self, approver: &str, approvers: &Path) -> Result<bool, Error> {
        if !approvers.is_file() {
            return Err(Error::Usage(format!(
                "{}: the list of approvers is not there",
                approvers.display()
            )));
        }
        let scratch = tempfile::tempdir().map_err(Error::io("create", &std::env::temp_dir()))?;
        let (text, signature) = (scratch.path().join("text"), scratch.path().join("sig"));
        for (file, content) in [(&text, &self.statement), (&signature, &self.signature)] {
            fs::write(file, content).map_err(Error::io("write", file))?;
        }
        let mut command = Command::new("sh");
        command
            .args([
                "-c",
                "exec ssh-keygen -Y verify -n \"$1\" -I \"$2\" -f \"$3\" -s \"$4\" < \"$5\"",
            ])
            .args(["ssh-keygen", NAMESPACE, approver])
            .args([approvers, &signature, &text]);
        let finished = run(command, Streams::Capture, None)?;
        if finished.end == crate::cargo::process::End::Exited(127) {
            return Err(Error::ToolMissing {
                what: "`ssh-keygen` is missing; approvals are signed with it".into(),
                remedy: "apt-get install -y --no-install-recommends openssh-client".into(),
            });
        }
        Ok(finished.end.success())
    }
}

/// Who wrote what is between two commits, or the later one where nothing ran before.
pub(super) fn authors(root: &Path, from: Option<&str>, to: &str) -> Result<Vec<String>, Error> {
    let range = match from {
        Some(from) => vec![format!("{from}..{to}")],
        None => vec!["-1".to_owned(), to.to_owned()],
    };
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args([
        "log",
        "--format=%aE%n%cE%n%(trailers:key=Co-authored-by,valueonly)",
    ]);
    let told = run(git_arguments(git, &range), Streams::Capture, None)?;
    if !told.end.success() {
        return Err(Error::Setup(format!(
            "cannot tell who wrote the change, and whoever did may not approve it: {}\n  \
             the history from {} to {to} has to be here: git fetch --unshallow",
            told.output.trim(),
            from.unwrap_or("the beginning")
        )));
    }
    let mut authors: Vec<String> = told
        .output
        .lines()
        .map(|line| {
            let inner = line.split_once('<').map_or(line, |(_, rest)| rest);
            inner.trim_end_matches('>').trim().to_owned()
        })
        .filter(|author| !author.is_empty())
        .collect();
    authors.sort();
    authors.dedup();
    Ok(authors)
}

fn git_arguments(mut git: Command, range: &[String]) -> Command {
    git.args(range).arg("--");
    git
}
