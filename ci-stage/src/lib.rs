//! A CI harness and a teacher for any Cargo workspace.
//!
//! [`cargo`] starts programs and builds tests, [`suite`] runs them one process each and
//! [`transcript`] shows what became of them. A verdict comes from exit codes and structured
//! output, never from searching a log; [`exit::ExitCode`] lists the classes.

pub mod cargo;
pub mod error;
pub mod exit;
pub mod mutate;
pub mod suite;
pub mod transcript;
