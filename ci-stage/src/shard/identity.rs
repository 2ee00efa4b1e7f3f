//! What a share of the work was done on and with: shards of one run agree in all of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::cargo::process::{Streams, run};
use crate::cargo::{self, Workspace};
use crate::commit::Commit;
use crate::error::Error;
use crate::settings::Settings;
use crate::sources::Sources;

/// Beginnings of the names of variables that change what is compiled or how tests behave. Those
/// that only say where things lie on a machine are not among them.
const VARIABLES: [&str; 10] = [
    "RUSTFLAGS",
    "RUSTDOCFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_PROFILE_",
    "PROPTEST_",
    "TZ",
    "LANG",
    "LC_",
];

/// A variable of such a name that is a place on the machine.
const PLACE: &str = "CARGO_BUILD_TARGET_DIR";

/// Sources, tools and wishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The commit, with `-dirty` for a tree with changes.
    pub commit: String,
    /// The hash of each file that Git tracks or would track, by its path from the root.
    pub sources: BTreeMap<String, String>,
    /// The versions of the tools, by name.
    pub tools: BTreeMap<String, String>,
    /// Variables that change what is compiled or how tests behave, and what was asked for.
    pub conditions: BTreeMap<String, String>,
}

impl Identity {
    /// Reads the sources and asks the tools. `asked` is what else the work depends on.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read; [`Error::Setup`] when rustc does not run;
    /// [`Error::Interrupted`] after ^C.
    pub fn of(
        workspace: &Workspace,
        settings: &Settings,
        asked: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Error> {
        if !workspace.root().join("Cargo.lock").exists() {
            // The first build would make it, and the sources would have changed under the run.
            let _ = workspace.full_metadata(None);
        }
        let contents = Sources::of(workspace)?.contents()?;
        let root = workspace.root();
        let named = contents.into_iter().map(|(file, content)| {
            let name = file.strip_prefix(root).unwrap_or(&file);
            (name.display().to_string(), content)
        });
        let mut conditions: BTreeMap<String, String> = variables().collect();
        let set = settings.env.iter();
        conditions.extend(set.map(|(name, value)| (name.clone(), value.clone())));
        conditions.extend(asked);
        Ok(Self {
            commit: Commit::of(root)?.to_string(),
            sources: named.collect(),
            tools: tools()?,
            conditions,
        })
    }

    /// What differs from another: a sentence's end, such as `was run on other sources: src/lib.rs`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<String> {
        self.difference_in_sources(other).or_else(|| {
            let tool = first_difference(&self.tools, &other.tools);
            let tool = tool.map(|name| {
                let version = |tools: &BTreeMap<String, String>| {
                    let version = tools.get(&name).map_or("none", String::as_str);
                    version.lines().next().unwrap_or_default().to_owned()
                };
                let (one, two) = (version(&self.tools), version(&other.tools));
                format!("had another {name}: {one} and {two}")
            });
            tool.or_else(|| {
                let name = first_difference(&self.conditions, &other.conditions)?;
                let value = |conditions: &BTreeMap<String, String>| {
                    let value = conditions.get(&name);
                    value.map_or_else(|| "not set".to_owned(), |value| format!("`{value}`"))
                };
                let (one, two) = (value(&self.conditions), value(&other.conditions));
                Some(format!("had another {name}: {one} and {two}"))
            })
        })
    }

    /// The same of commit and sources alone.
    #[must_use]
    pub fn difference_in_sources(&self, other: &Self) -> Option<String> {
        if self.commit != other.commit {
            return Some(format!(
                "is of another commit: {} and {}",
                self.commit, other.commit
            ));
        }
        let file = first_difference(&self.sources, &other.sources)?;
        Some(format!("is of other sources: {file} differs"))
    }
}

/// The first key whose value is not the same in both.
fn first_difference(
    one: &BTreeMap<String, String>,
    other: &BTreeMap<String, String>,
) -> Option<String> {
    let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    let mut keys = keys.into_iter();
    keys.find(|key| one.get(*key) != other.get(*key)).cloned()
}

fn tools() -> Result<BTreeMap<String, String>, Error> {
    let mut nextest = cargo::command();
    nextest.args(["nextest", "--version"]);
    let mut tools = BTreeMap::from([
        ("ci-stage".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("rustc".to_owned(), cargo::rustc_version()?),
    ]);
    let told = run(nextest, Streams::Capture, None)?;
    if told.end.success() {
        tools.insert("cargo-nextest".to_owned(), told.output.trim().to_owned());
    }
    Ok(tools)
}

fn variables() -> impl Iterator<Item = (String, String)> {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    let all = std::env::vars_os().map(move |(name, value)| (text(name), text(value)));
    all.filter(|(name, _)| {
        let is_meant = VARIABLES.iter().any(|one| name.starts_with(one));
        is_meant && name != PLACE
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Identity;

    fn identity(commit: &str, source: &str, rustc: &str, jobs: &str) -> Identity {
        let one = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        Identity {
            commit: commit.to_owned(),
            sources: one("src/lib.rs", source),
            tools: one("rustc", rustc),
            conditions: one("retries", jobs),
        }
    }

    #[test]
    fn the_first_difference_is_named() {
        let here = identity("a", "1", "rustc 1.95\nhost: x", "0");
        assert_eq!(here.difference(&here), None);
        for (other, expected) in [
            (
                identity("b", "1", "rustc 1.95\nhost: x", "0"),
                "is of another commit: a and b",
            ),
            (
                identity("a", "2", "rustc 1.95\nhost: x", "0"),
                "is of other sources: src/lib.rs differs",
            ),
            (
                identity("a", "1", "rustc 1.94\nhost: x", "0"),
                "had another rustc: rustc 1.95 and rustc 1.94",
            ),
            (
                identity("a", "1", "rustc 1.95\nhost: x", "2"),
                "had another retries: `0` and `2`",
            ),
        ] {
            assert_eq!(here.difference(&other).as_deref(), Some(expected));
        }
    }
}
