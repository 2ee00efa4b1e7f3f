//! What can go wrong around pricing, with its place.

use std::fmt::{self, Display};
use std::io;

use crate::gateway::GatewayError;
use crate::read::packed::Undecodable;
use crate::repository::RepositoryError;

/// Something in an input that cannot be accepted: where it stands and what is wrong with it.
///
/// Displayed as `FILE: line N: FIELD: what is wrong (what is allowed)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadInput {
    /// The input as the user named it; `<stdin>` for standard input.
    pub file: String,
    /// The line of the offending value, from 1; `None` when the whole file is meant.
    pub line: Option<u64>,
    /// The path of the field, such as `items[1].unit_price`; `None` when no single field is meant.
    pub field: Option<String>,
    /// What is wrong, and what is allowed.
    pub problem: String,
}

impl fmt::Display for BadInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.file)?;
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        if let Some(field) = &self.field {
            write!(formatter, "{field}: ")?;
        }
        formatter.write_str(&self.problem)
    }
}

impl std::error::Error for BadInput {}

/// Why a command of `ledgerly` could not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input says something that cannot be accepted.
    #[error(transparent)]
    BadInput(#[from] BadInput),
    /// The command was asked for something that it does not allow.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read or written.
    #[error("{action} {what} failed: {source}")]
    Io {
        /// What was being done, such as `writing`.
        action: &'static str,
        /// What it was done to: a file's path, or its role.
        what: String,
        /// What the system said.
        source: io::Error,
    },
    /// The invoice database could not do its work.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
    /// The payment gateway could not do its work.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
}

impl Error {
    /// An I/O error with the file and what was being done to it.
    ///
    /// Compressed data that cannot be unpacked is bad input, wherever in it that shows.
    pub(crate) fn io(action: &'static str, what: impl Display, source: io::Error) -> Self {
        let what = what.to_string();
        let inner = source
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Undecodable>());
        if let Some(undecodable) = inner {
            return Self::BadInput(BadInput {
                file: what,
                line: None,
                field: None,
                problem: undecodable.to_string(),
            });
        }
        Self::Io {
            action,
            what,
            source,
        }
    }

    /// There is no invoice of this identifier.
    pub(crate) fn no_such_invoice(invoice_id: &str) -> Self {
        Self::Usage(format!(
            "there is no invoice {invoice_id:?} in the database (see them with ledgerly invoice list)"
        ))
    }

    /// Whether whoever reads our standard output has gone away, which is no failure of ours.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}
