//! `coverage.*`: how much of the code the tests have to run.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Percent;

/// ```toml
/// coverage.lines = 90              # of the whole workspace; 90 when nothing is set
/// coverage.functions = 80
/// coverage.regions = 85
/// coverage.packages.core = { lines = 100 }
/// coverage.no-worse-than = "origin/main"
/// coverage.doctests = true         # the examples in the documentation count for the gates
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct CoverageSettings {
    /// The least share of lines.
    pub lines: Option<Percent>,
    /// The least share of functions.
    pub functions: Option<Percent>,
    /// The least share of regions.
    pub regions: Option<Percent>,
    /// Gates of single packages, by name.
    pub packages: BTreeMap<String, PackageGates>,
    /// A revision whose share of lines may not be undercut.
    pub no_worse_than: Option<String>,
    /// Whether doctests count for the gates; cargo-llvm-cov does not count them on stable.
    pub doctests: bool,
}

/// The gates of one package.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PackageGates {
    /// The least share of lines.
    pub lines: Option<Percent>,
    /// The least share of functions.
    pub functions: Option<Percent>,
}

impl CoverageSettings {
    /// Every gate with a number, by the key that sets it.
    #[must_use]
    pub fn gates(&self) -> BTreeMap<String, Percent> {
        let mut gates = BTreeMap::new();
        let mut add = |key: String, gate: Option<Percent>| {
            gates.extend(gate.map(|gate| (key, gate)));
        };
        add("coverage.lines".into(), self.lines);
        add("coverage.functions".into(), self.functions);
        add("coverage.regions".into(), self.regions);
        for (package, own) in &self.packages {
            let key = |what| format!("coverage.packages.{package}.{what}");
            add(key("lines"), own.lines);
            add(key("functions"), own.functions);
        }
        gates
    }
}
