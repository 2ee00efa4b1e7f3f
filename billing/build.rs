//! Tells the binary from which commit it is built: `ledgerly --version`.

use std::path::Path;
use std::process::Command;

/// What the binary is built from; a change elsewhere does not make it another one.
const SOURCES: [&str; 4] = ["pricing", "billing", "Cargo.toml", "Cargo.lock"];

fn main() {
    println!("cargo::rerun-if-env-changed=CI_STAGE_COMMIT");
    // Only what exists is watched: a watched file that is absent would rebuild every time.
    let heads =
        ["HEAD", "logs/HEAD", "packed-refs"].map(|name| git(&["rev-parse", "--git-path", name]));
    let sources = SOURCES.map(|name| Some(format!("../{name}")));
    for path in heads.into_iter().chain(sources).flatten() {
        if Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let commit = std::env::var("CI_STAGE_COMMIT")
        .ok()
        .filter(|commit| !commit.is_empty());
    let commit = commit
        .or_else(commit_of_checkout)
        .unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=LEDGERLY_COMMIT={commit}");
}

/// The short commit, with `-dirty` when the sources differ from it.
fn commit_of_checkout() -> Option<String> {
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let root = git(&["rev-parse", "--show-toplevel"])?;
    let mut status = vec![
        "--no-optional-locks",
        "-C",
        &root,
        "status",
        "--porcelain",
        "--",
    ];
    status.extend(SOURCES);
    let is_clean = git(&status)?.is_empty();
    Some(if is_clean {
        commit
    } else {
        format!("{commit}-dirty")
    })
}

/// The trimmed output of git; `None` without git or outside a checkout.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
