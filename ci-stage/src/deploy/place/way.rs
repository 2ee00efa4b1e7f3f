//! How a shell in an environment's folder is reached.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::deploy::environment::{Environment, Target};

/// From the workspace's root to a shell there.
pub(super) struct Way {
    ssh: Option<String>,
    options: Vec<String>,
    pub(super) root: PathBuf,
}

impl Way {
    pub(super) fn of(environment: &Environment, root: &Path) -> Self {
        let ssh = match &environment.target {
            Target::Folder(_) => None,
            Target::Ssh { host, .. } => Some(host.clone()),
        };
        Self {
            ssh,
            options: environment.settings.ssh_options.clone(),
            root: root.to_path_buf(),
        }
    }

    /// A command that runs a script there.
    pub(super) fn to(&self, script: &str) -> Command {
        let mut command = match &self.ssh {
            None => {
                let mut command = Command::new("sh");
                command.args(["-c", script]);
                command
            }
            Some(host) => {
                let mut command = Command::new("ssh");
                // Without them a lost connection or a question would be waited for without end.
                for option in [
                    "BatchMode=yes",
                    "ConnectTimeout=10",
                    "ServerAliveInterval=10",
                ] {
                    command.args(["-o", option]);
                }
                command.args(&self.options).args([host, script]);
                command
            }
        };
        command.current_dir(&self.root);
        command
    }
}
