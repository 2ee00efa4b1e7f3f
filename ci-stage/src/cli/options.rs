//! The options that most commands share.

use std::path::PathBuf;

use crate::console::Format;

/// Which workspace, and how to answer.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The manifest of the workspace, or of a member [default: found from the current folder]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) manifest_path: Option<PathBuf>,
    /// Work in this folder
    #[arg(short = 'C', long = "directory", global = true, value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
    /// Install the tools that are missing; each command is printed before it runs
    #[arg(long, global = true)]
    pub(super) setup: bool,
    /// What standard output holds
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT"
    )]
    pub(super) format: Format,
    #[command(flatten)]
    pub(super) how: How,
}

/// How stages work.
#[derive(Debug, Clone, Copy, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(super) struct How {
    /// Run every stage, also what has passed and has not changed since
    #[arg(long, global = true)]
    pub(super) no_cache: bool,
    /// Lint, test and measure with one compile: fastest from nothing, never for the artifact
    #[arg(long, global = true)]
    pub(super) fused: bool,
    /// Try a failing test again so many times; one that then passes is flaky [default: test.retries]
    #[arg(long, global = true, value_name = "N")]
    pub(super) retries: Option<u32>,
    /// Run again whenever a source changes
    #[arg(long, global = true)]
    pub(super) watch: bool,
    /// When a stage is red, wait for Enter before the run ends
    #[arg(long, global = true)]
    pub(super) pause_on_failure: bool,
}

/// Which stages of the pipeline.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Choice {
    /// Begin with this stage
    #[arg(long, value_name = "STAGE")]
    pub(super) from: Option<String>,
    /// End with this stage
    #[arg(long, value_name = "STAGE")]
    pub(super) until: Option<String>,
    /// Run only these stages of the pipeline
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// Leave these stages out
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    pub(super) skip: Vec<String>,
    /// Show the exact commands and run none
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Show the exact commands of one stage and run none
    #[arg(long, value_name = "STAGE")]
    pub(super) explain: Option<String>,
}
