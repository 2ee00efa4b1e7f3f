//! What can stop `ci-stage` itself, as opposed to a stage that ran and is red.

use std::path::{Path, PathBuf};

use crate::exit::ExitCode;

/// A reason why a command could not do its work; [`Error::exit_code`] gives its class.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line asks for something that is not there or not possible.
    #[error("{0}")]
    Usage(String),
    /// The configuration in a manifest cannot be understood.
    #[error("{}: {message}", file.display())]
    Configuration {
        /// The manifest.
        file: PathBuf,
        /// What is wrong, and what is allowed.
        message: String,
    },
    /// Cargo could not describe the workspace; the text is cargo's own.
    #[error("cargo cannot read the workspace\n{0}")]
    Metadata(String),
    /// The code does not compile; the text is the compiler's, as it prints it.
    #[error("the code does not build\n{0}")]
    DoesNotBuild(String),
    /// A tool is missing; `remedy` is the one command that installs it.
    #[error("{what}\n  to fix it: {remedy}\n  or let ci-stage do it: add --setup")]
    ToolMissing {
        /// Which tool, and why it is needed.
        what: String,
        /// The command to run.
        remedy: String,
    },
    /// A program is there but cannot do its work on this machine.
    #[error("{0}")]
    Setup(String),
    /// A file or folder could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// `read`, `write`, `create` ...
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// Tests fail before anything was changed; the text names them.
    #[error("{0}")]
    Baseline(String),
    /// There is nothing that could judge.
    #[error("{0}")]
    NoTests(String),
    /// What was asked for is refused: the text says which condition is not met.
    #[error("{0}")]
    Gate(String),
    /// Something ran past its time limit; the text says what and for how long.
    #[error("{0}")]
    TimedOut(String),
    /// Someone pressed ^C.
    #[error("interrupted")]
    Interrupted,
}

impl Error {
    /// The class of the error.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) | Self::Configuration { .. } | Self::Metadata(_) => ExitCode::Usage,
            Self::DoesNotBuild(_) => ExitCode::DoesNotBuild,
            Self::ToolMissing { .. } | Self::Setup(_) | Self::Io { .. } => ExitCode::Setup,
            Self::Baseline(_) => ExitCode::Baseline,
            Self::NoTests(_) => ExitCode::NoTests,
            Self::Gate(_) => ExitCode::Gate,
            Self::TimedOut(_) => ExitCode::TimedOut,
            Self::Interrupted => ExitCode::Interrupted,
        }
    }

    /// Names the file and what was being done with it, for `map_err`.
    pub fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io {
            action,
            path,
            source,
        }
    }
}
