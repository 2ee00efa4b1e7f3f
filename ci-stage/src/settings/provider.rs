//! `provider.*`: what the generated files of CI servers need to know.

use serde::Deserialize;

/// ```toml
/// provider.branch = "main"         # what is pushed there is delivered
/// provider.install = ["cargo install --locked --git https://shop.example/ci-stage"]
/// provider.shards = 4              # how many machines share the tests
/// provider.mutate = true           # and judge the mutants of a sweep
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderSettings {
    /// The branch that is delivered.
    pub branch: String,
    /// Command lines that bring `ci-stage` to a fresh machine.
    pub install: Vec<String>,
    /// How many machines share the tests.
    pub shards: u16,
    /// Whether they share a sweep of the mutants too.
    pub mutate: bool,
}

impl Default for ProviderSettings {
    fn default() -> Self {
        Self {
            branch: "main".into(),
            install: Vec::new(),
            shards: 1,
            mutate: false,
        }
    }
}
