//! The exit codes of `ci-stage`: one class of outcome each.

/// How a `ci-stage` command ends. The numbers are a promise to scripts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ExitCode {
    /// Everything that was asked for ran and passed.
    Passed = 0,
    /// At least one test failed.
    TestFailed = 1,
    /// The command line or the configuration is wrong; nothing was run.
    Usage = 2,
    /// The code does not compile, or a build script failed.
    DoesNotBuild = 3,
    /// No test ran, so nothing was proven.
    NoTests = 4,
    /// A gate is not met: too little coverage, too many surviving mutants.
    Gate = 5,
    /// The formatter or the linter found something.
    Lint = 6,
    /// A tool is missing, or the machine does not let it run.
    Setup = 7,
    /// The tests fail, or change their mind, before anything was changed.
    Baseline = 8,
    /// A person has to approve before the work goes on.
    WaitingForApproval = 9,
    /// A deployment failed and was rolled back.
    RolledBack = 10,
    /// Something ran past its time limit and was killed.
    TimedOut = 124,
    /// Someone pressed ^C or asked the process to end.
    Interrupted = 130,
}

impl ExitCode {
    /// The class as one or two words, for a table.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::TestFailed => "a test failed",
            Self::Usage => "wrong usage",
            Self::DoesNotBuild => "does not build",
            Self::NoTests => "no test ran",
            Self::Gate => "gate not met",
            Self::Lint => "lint",
            Self::Setup => "set-up",
            Self::Baseline => "flaky or failing baseline",
            Self::WaitingForApproval => "waiting for approval",
            Self::RolledBack => "rolled back",
            Self::TimedOut => "timed out",
            Self::Interrupted => "interrupted",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
