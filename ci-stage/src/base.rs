//! What a change is made against, and which gates it lowers.

use std::path::Path;
use std::process::Command;

use crate::cargo::process::{Streams, run};
use crate::cargo::{Instrumentation, Workspace};
use crate::coverage::Share;
use crate::error::Error;
use crate::settings::{Percent, Settings};
use crate::verdict::Verdict;

/// The commit that the working tree is compared with: where it left the base branch, or, on the
/// base branch itself, the last commit, and the one before it when nothing is uncommitted.
///
/// # Errors
/// [`Error::Interrupted`] after ^C. Without Git or a commit there is none.
pub fn commit(workspace: &Workspace, settings: &Settings) -> Result<Option<String>, Error> {
    // The pull request's target, as GitHub and GitLab name it.
    let named = ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"];
    let named = named.iter().filter_map(|name| std::env::var(name).ok());
    let named = named.filter(|name| !name.is_empty());
    let mut branches: Vec<String> = settings.base.iter().cloned().collect();
    branches.extend(named.map(|name| format!("origin/{name}")));
    let usual = [
        "origin/HEAD",
        "origin/main",
        "origin/master",
        "main",
        "master",
    ];
    branches.extend(usual.map(str::to_owned));
    fork(workspace, &branches)
}

/// Where the working tree left the first of these branches that it is not on.
fn fork(workspace: &Workspace, branches: &[String]) -> Result<Option<String>, Error> {
    let root = workspace.root();
    let Some(head) = git(root, &["rev-parse", "--verify", "--quiet", "HEAD"])? else {
        return Ok(None);
    };
    for branch in branches {
        if let Some(fork) = git(root, &["merge-base", "HEAD", branch])?
            && fork != head
        {
            return Ok(Some(fork));
        }
    }
    let changed = git(root, &["status", "--porcelain", "--untracked-files=no"])?;
    if changed.is_some_and(|changes| !changes.is_empty()) {
        return Ok(Some(head));
    }
    git(root, &["rev-parse", "--verify", "--quiet", "HEAD^"])
}

/// The lines that tests reached where the working tree left a branch. What was measured once is
/// remembered; otherwise that commit is built and tested in a clone in the target folder.
///
/// # Errors
/// [`Error::Usage`] when the revision is not there; [`Error::Setup`] when it cannot be measured.
pub fn lines_covered(workspace: &Workspace, revision: &str) -> Result<Share, Error> {
    let unknown = || {
        Error::Usage(format!(
            "coverage.no-worse-than: Git knows no revision `{revision}` that this one came from"
        ))
    };
    let exists = ["rev-parse", "--verify", "--quiet", revision];
    git(workspace.root(), &exists)?.ok_or_else(unknown)?;
    let commit = fork(workspace, &[revision.to_owned()])?.ok_or_else(unknown)?;
    let folder = workspace.target_directory().join("ci/base");
    let file = folder.join(format!("{commit}.json"));
    if let Some(known) = std::fs::read_to_string(&file).ok()
        && let Ok(share) = serde_json::from_str(&known)
    {
        return Ok(share);
    }
    let share = measure(workspace, &commit, &folder)?;
    let text = serde_json::to_string(&share)
        .map_err(|error| Error::Setup(format!("cannot write {}: {error}", file.display())))?;
    crate::report::write_whole(&file, &text)?;
    Ok(share)
}

fn measure(workspace: &Workspace, commit: &str, folder: &Path) -> Result<Share, Error> {
    let failed = |what: &str| Error::Setup(format!("{what} of the base {commit} failed"));
    let root = workspace.root();
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let tree = tempfile::Builder::new().prefix("tree-").tempdir_in(folder);
    let tree = tree.map_err(Error::io("create", folder))?;
    let top = git(root, &["rev-parse", "--show-toplevel"])?.ok_or_else(|| failed("the clone"))?;
    let place = tree.path().to_string_lossy().into_owned();
    let clone = [
        "clone",
        "--quiet",
        "--shared",
        "--no-checkout",
        &top,
        &place,
    ];
    git(root, &clone)?.ok_or_else(|| failed("the clone"))?;
    let checkout = ["checkout", "--quiet", "--detach", commit];
    git(tree.path(), &checkout)?.ok_or_else(|| failed("the checkout"))?;
    let inside = root.strip_prefix(&top).unwrap_or(Path::new(""));
    let own = Instrumentation::prepare(workspace, false)?.own_program();
    let mut command = Command::new(own);
    command
        .arg("-C")
        .arg(tree.path().join(inside))
        .args(["--format", "json", "--no-cache", "coverage", "--ungated"])
        .env("CARGO_TARGET_DIR", folder.join("target"));
    let measured = run(command, Streams::CaptureStdout, None)?;
    let verdict: Verdict =
        serde_json::from_str(&measured.output).map_err(|_| failed("the test run"))?;
    let mut found = verdict
        .stages
        .into_iter()
        .map(|stage| stage.findings.coverage);
    let coverage = found.next().flatten();
    coverage
        .map(|coverage| coverage.line_share())
        .ok_or_else(|| failed("the test run"))
}

/// The gates that are lower than they were, each named with both values.
///
/// # Errors
/// [`Error::Interrupted`] after ^C.
pub fn lowered_gates(workspace: &Workspace, settings: &Settings) -> Result<Vec<String>, Error> {
    let Some(base) = commit(workspace, settings)? else {
        return Ok(Vec::new());
    };
    let manifest = format!("{base}:./Cargo.toml");
    let Some(text) = git(workspace.root(), &["show", &manifest])? else {
        return Ok(Vec::new());
    };
    let Some(before) = Settings::of_manifest(&text) else {
        return Ok(Vec::new());
    };
    Ok(compare(&before, settings))
}

/// The files that differ from the base, from the repository's root.
///
/// # Errors
/// [`Error::Interrupted`] after ^C.
pub fn changed_files(workspace: &Workspace) -> Result<Vec<String>, Error> {
    let Some(base) = commit(workspace, &Settings::read(workspace).unwrap_or_default())? else {
        return Ok(Vec::new());
    };
    let listed = git(
        workspace.root(),
        &["diff", "--name-only", "--relative", &base],
    )?;
    Ok(listed
        .unwrap_or_default()
        .lines()
        .map(str::to_owned)
        .collect())
}

fn compare(before: &Settings, now: &Settings) -> Vec<String> {
    let mut lowered = Vec::new();
    let current = now.coverage.gates();
    for (name, was) in before.coverage.gates() {
        // Without a gate of its own a workspace has the default.
        let default = (name == "coverage.lines").then_some(Percent::DEFAULT_GATE);
        match current.get(&name).copied().or(default) {
            Some(is) if is < was => lowered.push(format!("{name}: {was} -> {is}")),
            None => lowered.push(format!("{name}: {was} -> none")),
            _ => {}
        }
    }
    if before.coverage.no_worse_than.is_some() && now.coverage.no_worse_than.is_none() {
        lowered.push("coverage.no-worse-than: taken out".into());
    }
    let stages = |settings: &Settings| {
        settings
            .stages
            .clone()
            .unwrap_or_else(|| crate::stage::DEFAULT.map(str::to_owned).to_vec())
    };
    let current = stages(now);
    for stage in stages(before) {
        if !current.contains(&stage) {
            lowered.push(format!("stages: {stage} taken out"));
        }
    }
    for entry in &now.quarantine {
        let was = before
            .quarantine
            .iter()
            .find(|other| other.test == entry.test);
        match was {
            None => lowered.push(format!("quarantine: {} until {}", entry.test, entry.until)),
            Some(was) if was.until < entry.until => lowered.push(format!(
                "quarantine: {} {} -> {}",
                entry.test, was.until, entry.until
            )),
            Some(_) => {}
        }
    }
    lowered
}

fn git(folder: &Path, arguments: &[&str]) -> Result<Option<String>, Error> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    match run(command, Streams::Capture, None) {
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Ok(finished) if finished.end.success() => Ok(Some(finished.output.trim_end().to_owned())),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use crate::settings::Settings;

    #[test]
    fn a_lower_gate_a_missing_stage_and_a_longer_quarantine_are_named() {
        let read = |text: &str| {
            let table = format!("[workspace.metadata.ci-stage]\n{text}");
            Settings::of_manifest(&table).expect("settings")
        };
        let before = read("coverage.lines = 92.5\nstages = [\"lint\", \"test\", \"docs\"]");
        let now = read(
            "coverage.lines = 90\nstages = [\"test\", \"lint\"]\n\
             quarantine = [{ test = \"a::b\", reason = \"races\", until = \"2030-01-01\" }]",
        );
        let expected = [
            "coverage.lines: 92.50 -> 90",
            "stages: docs taken out",
            "quarantine: a::b until 2030-01-01",
        ];
        assert_eq!(compare(&before, &now), expected);
        assert_eq!(compare(&now, &now), [""; 0]);
    }
}
