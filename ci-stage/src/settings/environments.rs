//! `environments.*`: where releases run, who has to approve them, and how they are watched.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::Percent;

/// ```toml
/// [workspace.metadata.ci-stage.environments.staging]
/// folder = "/srv/shop/staging"
/// approval = "never"
/// watch.checks = ["./shop price worked.json | grep -F 141.69"]
///
/// [workspace.metadata.ci-stage.environments.production]
/// ssh = "deploy@shop.example:/srv/shop"      # or `folder`
/// after = "staging"                          # takes only what has been proven there
/// approval = "when-prices-change"            # "always": delivery; "never": deployment
/// approvers = "/etc/shop/approvers"          # OpenSSH's allowed signers
/// two-person = true                          # whoever wrote a part of the change cannot approve it
/// activate = ["systemctl restart shop"]      # run in the release's folder, where it is
/// impact.price = "./shop price book.csv"     # run in each release's folder, here
/// watch = { seconds = 60, every-seconds = 5, error-budget = 1, http = ["http://shop.example/health"] }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct EnvironmentSettings {
    /// A folder on this machine, from the workspace's root.
    pub folder: Option<PathBuf>,
    /// `HOST:FOLDER`, as ssh and its configuration know the host.
    pub ssh: Option<String>,
    /// Further arguments for ssh, such as `-p 2222`.
    pub ssh_options: Vec<String>,
    /// Command lines that make the release in the current folder the one that works; with commands
    /// of one's own a release can go anywhere, and the folder keeps the records.
    pub activate: Vec<String>,
    /// Command lines that stop the release in the current folder, where a first one failed.
    pub deactivate: Vec<String>,
    /// The environment that has to have proven a release before this one takes it.
    pub after: Option<String>,
    /// When a person has to approve.
    pub approval: Approval,
    /// What an approval is.
    pub approved_by: ApprovedBy,
    /// The file of those who may approve, as ssh-keygen reads it, from the workspace's root.
    pub approvers: Option<PathBuf>,
    /// Whether an author of the change may not approve it.
    pub two_person: bool,
    /// What customers pay, before and after.
    pub impact: Option<ImpactSettings>,
    /// How a release is watched.
    pub watch: WatchSettings,
    /// How many releases are kept to roll back to [default: 10].
    pub keep: Option<usize>,
}

/// When a person has to approve: continuous delivery or deployment, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Approval {
    /// Continuous delivery.
    #[default]
    Always,
    /// Continuous deployment.
    Never,
    /// Deployment of what leaves every amount as it is, delivery of what does not.
    WhenPricesChange,
}

/// What an approval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovedBy {
    /// A record that `ci-stage approve` signs.
    #[default]
    Signature,
    /// The CI server, which starts the job only after somebody has approved it there.
    Provider,
}

/// The programs whose amounts are compared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImpactSettings {
    /// Prints a table of amounts; run in the folder of the release and of the candidate.
    pub price: String,
    /// Prints a report on the tables in `$CI_STAGE_BEFORE` and `$CI_STAGE_AFTER`, where ci-stage's own does not do.
    pub report: Option<String>,
}

/// How a release is watched after it went live.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct WatchSettings {
    /// Command lines run in the release's folder, where it is; exit code 0 is healthy.
    pub checks: Vec<String>,
    /// Addresses that have to answer with a status of 200 to 299.
    pub http: Vec<String>,
    /// For how long; 0 means that every check is made once.
    pub seconds: u64,
    /// The time between two rounds of checks.
    pub every_seconds: u64,
    /// A check that takes longer has failed.
    pub timeout_seconds: u64,
    /// The share of checks that may fail.
    pub error_budget: Percent,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            checks: Vec::new(),
            http: Vec::new(),
            seconds: 0,
            every_seconds: 5,
            timeout_seconds: 10,
            error_budget: Percent::default(),
        }
    }
}

impl WatchSettings {
    /// How many rounds of checks there are.
    #[must_use]
    pub fn rounds(&self) -> u64 {
        1 + self.seconds / self.every_seconds.max(1)
    }

    /// The time between two rounds.
    #[must_use]
    pub fn pause(&self) -> Duration {
        Duration::from_secs(self.every_seconds.max(1))
    }

    /// How many of all checks may fail.
    #[must_use]
    pub fn failures_allowed(&self) -> u64 {
        let checks = self.checks.len() + self.http.len();
        let planned = self.rounds() * u64::try_from(checks).unwrap_or(u64::MAX);
        self.error_budget.part_of(planned)
    }
}
