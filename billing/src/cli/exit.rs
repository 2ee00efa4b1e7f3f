//! The exit codes of `ledgerly`.

use std::process::ExitCode;

use crate::error::Error;
use crate::gateway::GatewayError;
use crate::repository::RepositoryError;

/// How a command ended; its number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitStatus {
    /// Everything was done.
    Done = 0,
    /// What was compared differs.
    Different = 1,
    /// Wrong usage or bad input; nothing was written.
    BadInput = 2,
    /// Done, but some invoices were rejected.
    Rejects = 3,
    /// A charge was declined.
    Declined = 4,
    /// Whether a charge was made is unknown; charging again finds out, or `ledgerly reconcile`.
    Unknown = 5,
    /// A file, the database or the gateway failed.
    Failed = 6,
}

/// The exit codes as they stand in the help.
pub(super) const HELP: &str = "\
Exit codes:
  0  done
  1  what was compared differs (policy diff, impact, explain --replay, reconcile)
  2  wrong usage or bad input; nothing was written
  3  done, but some invoices were rejected (--on-error skip)
  4  a charge was declined
  5  whether a charge was made is unknown; charge again to find out, or reconcile
  6  a file, the database or the gateway failed";

impl ExitStatus {
    pub(super) fn of_error(error: &Error) -> Self {
        match error {
            Error::BadInput(_)
            | Error::Usage(_)
            | Error::Repository(
                RepositoryError::Missing { .. }
                | RepositoryError::InvalidUrl { .. }
                | RepositoryError::Older { .. },
            )
            | Error::Gateway(
                GatewayError::UnknownPaymentMethod { .. }
                | GatewayError::InvalidPaymentMethod { .. }
                | GatewayError::InvalidUrl { .. }
                | GatewayError::InvalidApiKey(_)
                | GatewayError::NotChargeable { .. },
            ) => Self::BadInput,
            Error::Io { .. } | Error::Repository(_) | Error::Gateway(_) => Self::Failed,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status as u8)
    }
}
