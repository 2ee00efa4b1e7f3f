//! A CI harness and a teacher for any Cargo workspace.
//!
//! [`cli`] is the command line. [`pipeline`] runs [`stage`]s and writes a [`verdict`]. [`cargo`]
//! starts programs and builds tests, [`suite`] runs them one process each and [`transcript`]
//! shows what became of them. [`mutate`] asks which test notices a wrong number, and [`lesson`]
//! teaches with it. [`tools`] finds what stages need. A verdict comes from exit codes and structured
//! output, never from searching a log; [`exit::ExitCode`] lists the classes.

pub mod artifact;
pub mod base;
pub mod cache;
pub mod cargo;
pub(crate) mod changes;
pub mod cli;
pub mod commit;
pub mod console;
pub mod coverage;
pub mod deploy;
pub mod diagnostic;
pub mod error;
pub mod exit;
pub mod lesson;
pub mod mutate;
pub mod parallel;
pub mod pipeline;
pub mod plan;
mod plural;
pub mod provider;
pub mod report;
pub mod settings;
pub mod shard;
pub mod sources;
pub mod stage;
mod suggest;
pub mod suite;
pub mod tools;
pub mod transcript;
pub mod verdict;
pub mod watch;
