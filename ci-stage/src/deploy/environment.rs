//! An environment of the settings, checked.

use std::path::PathBuf;

use crate::cargo::Workspace;
use crate::error::Error;
use crate::settings::{Approval, ApprovedBy, EnvironmentSettings, Settings};

/// An environment that makes sense.
#[derive(Debug, Clone)]
pub(super) struct Environment {
    pub(super) name: String,
    pub(super) target: Target,
    pub(super) settings: EnvironmentSettings,
}

/// Where its releases are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Folder(PathBuf),
    Ssh { host: String, folder: String },
}

impl Environment {
    /// The environment of this name.
    pub(super) fn find(
        workspace: &Workspace,
        settings: &Settings,
        name: &str,
    ) -> Result<Self, Error> {
        let known = &settings.environments;
        let Some(own) = known.get(name) else {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            let names = match &names[..] {
                [] => {
                    "none; describe one in [workspace.metadata.ci-stage.environments.NAME]".into()
                }
                names => names.join(", "),
            };
            return Err(Error::Usage(format!(
                "no environment is called `{name}`\n  environments: {names}"
            )));
        };
        let wrong = |key: &str, message: &str| Error::Configuration {
            file: workspace.manifest(),
            message: format!("[workspace.metadata.ci-stage]: environments.{name}{key}: {message}"),
        };
        let target = target(workspace, own).map_err(|message| wrong("", message))?;
        if let Some(after) = &own.after
            && (after == name || !known.contains_key(after))
        {
            let message = format!("`{after}` is no other environment");
            return Err(wrong(".after", &message));
        }
        let by_signature = own.approved_by == ApprovedBy::Signature;
        if own.approval != Approval::Never && by_signature && own.approvers.is_none() {
            return Err(wrong(
                ".approvers",
                "a person has to approve, so name the file of those who may (a line each: \
                 `ada@example.com ssh-ed25519 AAAA...`), or set approval = \"never\"",
            ));
        }
        if own.approval == Approval::WhenPricesChange && own.impact.is_none() {
            return Err(wrong(
                ".impact.price",
                "name the command that prints what the invoices of a book cost",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            target,
            settings: own.clone(),
        })
    }
}

fn target(workspace: &Workspace, own: &EnvironmentSettings) -> Result<Target, &'static str> {
    match (&own.folder, &own.ssh) {
        (Some(folder), None) => Ok(Target::Folder(workspace.root().join(folder))),
        (None, Some(ssh)) => match ssh.split_once(':') {
            // A host that begins with a dash would be an option of ssh.
            Some((host, folder))
                if !host.is_empty() && !host.starts_with('-') && !folder.is_empty() =>
            {
                Ok(Target::Ssh {
                    host: host.to_owned(),
                    folder: folder.to_owned(),
                })
            }
            _ => Err("ssh: write HOST:FOLDER, such as \"deploy@shop.example:/srv/shop\""),
        },
        _ => Err("give it one place: `folder` or `ssh`"),
    }
}
