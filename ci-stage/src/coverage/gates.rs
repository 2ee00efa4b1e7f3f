//! Holding coverage against its gates.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Coverage, Share};
use crate::cargo::Workspace;
use crate::settings::{CoverageSettings, Percent};

/// A gate and what was measured against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// The setting that holds it: `coverage.lines`.
    pub name: String,
    /// The least percentage.
    pub required: Percent,
    /// The percentage that was measured, rounded down.
    pub measured: Percent,
    /// How many more lines, functions or regions it takes; 0 when the gate is met.
    pub to_go: u64,
}

impl Gate {
    /// Holds a share against the least percentage.
    #[must_use]
    pub fn new(name: impl Into<String>, required: Percent, share: Share) -> Self {
        let needed = required.lines_needed(share.count);
        Self {
            name: name.into(),
            required,
            measured: share.percent(),
            to_go: needed.saturating_sub(share.covered),
        }
    }

    /// Demands a share that is not smaller than another one.
    #[must_use]
    pub fn not_below(name: impl Into<String>, base: Share, share: Share) -> Self {
        let needed = (share.count * base.covered).div_ceil(base.count.max(1));
        Self {
            name: name.into(),
            required: base.percent(),
            measured: share.percent(),
            to_go: needed.saturating_sub(share.covered),
        }
    }

    /// Whether it is met.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.to_go == 0
    }
}

/// Every gate of the settings; `lines` stands for the workspace's own gate of lines.
#[must_use]
pub fn hold(
    coverage: &Coverage,
    workspace: &Workspace,
    settings: &CoverageSettings,
    lines: Percent,
) -> Vec<Gate> {
    let counted = if settings.doctests {
        coverage.with_doctests.unwrap_or(coverage.line_share())
    } else {
        coverage.line_share()
    };
    let mut gates = vec![Gate::new("coverage.lines", lines, counted)];
    let mut add = |name: &str, required: Option<Percent>, share: Share| {
        gates.extend(required.map(|required| Gate::new(name, required, share)));
    };
    add("coverage.functions", settings.functions, coverage.functions);
    add("coverage.regions", settings.regions, coverage.regions);
    let packages = by_package(coverage, workspace);
    for (package, own) in &settings.packages {
        let (lines, functions) = packages.get(package).copied().unwrap_or_default();
        let name = |what| format!("coverage.packages.{package}.{what}");
        add(&name("lines"), own.lines, lines);
        add(&name("functions"), own.functions, functions);
    }
    gates
}

/// Lines and functions of each member; a file belongs to the innermost folder.
fn by_package(coverage: &Coverage, workspace: &Workspace) -> BTreeMap<String, (Share, Share)> {
    let root = workspace.root();
    let mut folders: Vec<(&Path, String)> = Vec::new();
    for package in workspace.packages() {
        if let Some(folder) = package.manifest_path.parent() {
            folders.push((folder.as_std_path(), package.name.to_string()));
        }
    }
    folders.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.components().count()));
    let mut shares: BTreeMap<String, (Share, Share)> = BTreeMap::new();
    for file in &coverage.files {
        let path = root.join(&file.path);
        let Some((_, package)) = folders.iter().find(|(folder, _)| path.starts_with(folder)) else {
            continue;
        };
        let (lines, functions) = shares.entry(package.clone()).or_default();
        lines.count += file.lines;
        lines.covered += file.covered;
        functions.count += file.functions.count;
        functions.covered += file.functions.covered;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::Gate;
    use crate::coverage::Share;

    #[test]
    fn no_worse_than_means_the_exact_share_and_not_its_rounded_percentage() {
        let share = |covered, count| Share { count, covered };
        let gate =
            |covered, count| Gate::not_below("x", share(89_999, 100_000), share(covered, count));
        assert!(gate(89_999, 100_000).is_met());
        assert_eq!(gate(89_998, 100_000).to_go, 1);
        assert!(gate(0, 0).is_met());
    }
}
