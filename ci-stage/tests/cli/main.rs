//! The real `ci-stage` binary on small workspaces, whole outputs compared.
//!
//! `project` is the one place that knows how it is run; each other module holds a stage.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts tests, but not the functions that they share"
)]
#![expect(
    clippy::needless_raw_string_hashes,
    reason = "snapbox writes expected outputs in this form"
)]

mod binary;
mod build;
mod cache;
mod checks;
mod command_line;
mod coverage;
mod desk;
mod flaky;
mod lesson;
mod lint;
mod mutate;
mod mutate_selection;
mod mutate_stopped;
mod of_record;
mod pipeline;
mod processes;
mod project;
mod rendered;
mod reports;
mod repro;
mod selection;
mod shards;
mod shards_refused;
mod side_by_side;
mod steps;
mod stopped;
mod test;
mod trouble;
