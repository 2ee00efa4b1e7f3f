//! `ci-stage deploy`, `impact`, `approve`, `rollback`, `status` and `drill`: their arguments.

use std::path::PathBuf;

use clap::Subcommand;

use super::Place;
use crate::cargo::Workspace;
use crate::deploy;
use crate::error::Error;
use crate::exit::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Deliver {
    /// Bring the artifact to an environment, watch it there, and go back if it misbehaves
    #[command(after_help = "\
Examples:
    ci-stage deploy staging          the artifact of this commit
    ci-stage deploy production --artifact dist/shop-9f3c2a7d1e0b.tar.zst
Exit codes: 5 the artifact is refused, 9 somebody has to approve, 10 it was rolled back.")]
    Deploy {
        /// One of the environments of the settings
        environment: String,
        /// The archive [default: dist/NAME-COMMIT.tar.zst]
        #[arg(long, value_name = "FILE")]
        artifact: Option<PathBuf>,
    },
    /// Say what the artifact would do to what customers pay, beside what runs
    #[command(after_help = "\
Examples:
    ci-stage impact production       exit code 0 when no amount differs, 9 when a person has to look")]
    Impact {
        /// One of the environments of the settings
        environment: String,
        /// The archive [default: dist/NAME-COMMIT.tar.zst]
        #[arg(long, value_name = "FILE")]
        artifact: Option<PathBuf>,
    },
    /// Approve exactly these bytes for an environment, with your SSH key
    #[command(after_help = "\
Examples:
    ci-stage approve production 9f3c2a7d1e0b
    ci-stage approve production 9f3c2a7d1e0b --as ada@example.com --key ~/.ssh/id_ed25519")]
    Approve {
        /// One of the environments of the settings
        environment: String,
        /// The artifact's SHA-256, or at least 8 digits of it
        digest: String,
        /// The archive [default: dist/NAME-COMMIT.tar.zst]
        #[arg(long, value_name = "FILE")]
        artifact: Option<PathBuf>,
        /// Your name in the list of approvers [default: Git's user.email]
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
        /// Your SSH key [default: the first in ~/.ssh]
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
    },
    /// Make an earlier release run again
    #[command(after_help = "\
Examples:
    ci-stage rollback production     to the one that ran before
    ci-stage rollback production 9f3c2a7d1e0b")]
    Rollback {
        /// One of the environments of the settings
        environment: String,
        /// At least 8 digits of the digest [default: the latest that does not run]
        to: Option<String>,
    },
    /// Show what runs where, since when, with which verdict
    #[command(after_help = "\
Examples:
    ci-stage status                  every environment
    ci-stage status production       and what was done there lately
    ci-stage --format json status")]
    Status {
        /// One of the environments of the settings [default: all]
        environment: Option<String>,
    },
    /// Prove on an environment that going back works: deploy a release that fails its checks
    #[command(after_help = "\
Examples:
    ci-stage drill staging")]
    Drill {
        /// One of the environments of the settings
        environment: String,
    },
}

pub(super) fn run(place: &Place, command: Deliver) -> Result<ExitCode, Error> {
    let workspace = Workspace::find(place.manifest_path.as_deref())?;
    deploy::run(&workspace, command.into(), place.format)
}

impl From<Deliver> for deploy::Command {
    fn from(command: Deliver) -> Self {
        match command {
            Deliver::Deploy {
                environment,
                artifact,
            } => Self::Deploy {
                environment,
                artifact,
            },
            Deliver::Impact {
                environment,
                artifact,
            } => Self::Impact {
                environment,
                artifact,
            },
            Deliver::Approve {
                environment,
                digest,
                artifact,
                name,
                key,
            } => Self::Approve {
                environment,
                digest,
                artifact,
                name,
                key,
            },
            Deliver::Rollback { environment, to } => Self::Rollback { environment, to },
            Deliver::Status { environment } => Self::Status { environment },
            Deliver::Drill { environment } => Self::Drill { environment },
        }
    }
}
