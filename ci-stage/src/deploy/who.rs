//! Who is at work, and on which machine.

use std::path::Path;
use std::process::Command;

use crate::cargo::process::{Streams, run};

/// The person: as the CI server names who started the job, as Git knows them, or as the system does.
pub(super) fn who(root: &Path) -> String {
    const SERVERS: [&str; 4] = [
        "GITHUB_ACTOR",
        "GITLAB_USER_LOGIN",
        "CIRCLE_USERNAME",
        "BUILD_USER_ID",
    ];
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let server = SERVERS.into_iter().find_map(variable);
    let known = server.or_else(|| email(root)).or_else(|| variable("USER"));
    known.unwrap_or_else(|| "somebody".into())
}

/// What Git would sign a commit with.
pub(super) fn email(root: &Path) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(root).args(["config", "user.email"]);
    let told = run(git, Streams::Capture, None).ok()?;
    let email = told.output.trim().to_owned();
    (told.end.success() && !email.is_empty()).then_some(email)
}

/// This machine's name.
pub(super) fn host() -> String {
    rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned()
}
