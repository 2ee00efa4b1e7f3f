//! Which tests a name on the command line means.

use std::collections::BTreeSet;

use cargo_metadata::TargetKind;

use crate::cargo::{TestScope, Workspace};
use crate::error::Error;
use crate::suggest::did_you_mean;

/// An integration test's name comes first, then a package's.
pub(super) fn find(workspace: &Workspace, what: Option<&str>) -> Result<TestScope, Error> {
    let Some(what) = what else {
        return Ok(TestScope::Workspace);
    };
    let targets = test_targets(workspace);
    let packages: BTreeSet<String> = workspace
        .packages()
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    if targets.contains(what) {
        Ok(TestScope::TestTarget(what.to_owned()))
    } else if packages.contains(what) {
        Ok(TestScope::Package(what.to_owned()))
    } else {
        Err(Error::Usage(unknown(what, &targets, &packages)))
    }
}

fn test_targets(workspace: &Workspace) -> BTreeSet<String> {
    let packages = workspace.packages();
    let targets = packages.iter().flat_map(|package| &package.targets);
    targets
        .filter(|target| target.kind.contains(&TargetKind::Test))
        .map(|target| target.name.clone())
        .collect()
}

fn unknown(what: &str, targets: &BTreeSet<String>, packages: &BTreeSet<String>) -> String {
    let names = targets.iter().chain(packages).map(String::as_str);
    let question = did_you_mean(what, names);
    let listed = |names: &BTreeSet<String>| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.iter().cloned().collect::<Vec<_>>().join(", ")
        }
    };
    format!(
        "no integration test and no package is called `{what}`{question}\n  \
         integration tests: {}\n  packages: {}",
        listed(targets),
        listed(packages)
    )
}
