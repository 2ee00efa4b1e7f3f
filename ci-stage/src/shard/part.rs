//! The folder that a machine leaves of its share: `target/ci/shards/KIND-K-of-N`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Identity, Shard, Unit};
use crate::cargo::TestScope;
use crate::error::Error;
use crate::sources::hash;
use crate::stage::{Report, TestProgram};

/// The version of the format that this program writes and reads.
pub(super) const VERSION: u32 = 1;

/// What the share was and what came of it.
pub(super) const MANIFEST: &str = "shard.json";

/// The matrix of a share of the mutants.
pub(crate) const MATRIX: &str = "matrix.json";

/// The digests of all files beside it, as `sha256sum --check` reads them.
pub(super) const SUMS: &str = "SHA256SUMS";

/// A share of the work, as it was left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this format.
    pub version: u32,
    /// Which share.
    pub shard: Shard,
    /// Sources, tools and wishes.
    pub identity: Identity,
    /// By what the work was divided: `number`, or the digest of measured times.
    pub divided_by: String,
    /// What was done.
    pub work: Work,
}

/// What was divided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// The tests of a scope.
    Tests(Box<TestPart>),
    /// The mutants of a sweep.
    Mutants(MutantPart),
}

/// A share of the tests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestPart {
    /// Whether all of the workspace's tests were divided, or those of one target or package.
    pub scope: TestScope,
    /// Whether the run is measured, because the pipeline asks for coverage.
    pub measured: bool,
    /// Every test of the run, in its order, with the shard to which it falls.
    pub division: Vec<Unit>,
    /// What became of this shard's.
    pub report: Report,
    /// What the compiler said, where the tests do not compile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compiler: Option<String>,
    /// The programs of the tests, by which cargo finds again what failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<TestProgram>,
    /// Where it was measured and passed, what is needed to count: the profiles lie beside this file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoveragePart>,
}

/// What is needed to count what a share of the tests has reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoveragePart {
    /// The workspace's root on that machine, with which the paths in the maps begin.
    pub root: PathBuf,
    /// The expression of the files that do not count, for paths of that machine.
    pub ignored: String,
    /// The digest of the programs' coverage maps, whatever the paths of their machine.
    pub maps: String,
}

/// A share of a sweep's mutants; the matrix of it lies beside this file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MutantPart {
    /// The number of the shard to which each mutant falls.
    pub division: BTreeMap<u32, u16>,
    /// The numbers whose slack may be looked for, in their order: constant and literal.
    pub literals: Vec<(usize, String)>,
}

impl Work {
    /// The word for it in the name of its folder.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Tests(_) => "test",
            Self::Mutants(_) => "mutate",
        }
    }

    /// What was divided, for a sentence.
    #[must_use]
    pub fn plural(&self) -> &'static str {
        match self {
            Self::Tests(_) => "tests",
            Self::Mutants(_) => "mutants",
        }
    }
}

/// The digest of each file of a folder but the list of them.
pub(super) fn sums(folder: &Path) -> Result<BTreeMap<String, String>, Error> {
    let mut sums = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name != SUMS {
            let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
            sums.insert(name.into_owned(), hash(&bytes));
        }
    }
    Ok(sums)
}

/// A share that was found, and the folder that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The folder.
    pub folder: PathBuf,
    /// What it says.
    pub manifest: Manifest,
}

/// `test shard 2/4`
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Manifest { shard, work, .. } = &self.manifest;
        write!(f, "{} shard {shard}", work.kind())
    }
}

impl Part {
    /// Reads every share at or below a folder.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is none, or when one is damaged or of another version.
    pub fn below(folder: &Path) -> Result<Vec<Self>, Error> {
        let mut parts = Vec::new();
        let walk = walkdir::WalkDir::new(folder).sort_by_file_name();
        for entry in walk {
            let entry =
                entry.map_err(|error| Error::Usage(format!("{}: {error}", folder.display())))?;
            if entry.file_name() == MANIFEST {
                let folder = entry.path().parent().unwrap_or(folder);
                parts.push(Self::read(folder)?);
            }
        }
        if parts.is_empty() {
            return Err(Error::Usage(format!(
                "{}: there is no shard here; `ci-stage test --shard K/N` and `ci-stage mutate \
                 --shard K/N` leave theirs in target/ci/shards",
                folder.display()
            )));
        }
        Ok(parts)
    }

    /// Reads the share in a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let damaged = |file: &str, what: &dyn fmt::Display| {
            let file = folder.join(file);
            Error::Usage(format!(
                "{}: {what}; the shard is damaged, run it again",
                file.display()
            ))
        };
        let read = |name: &str| {
            fs::read_to_string(folder.join(name)).map_err(|error| damaged(name, &error))
        };
        let stated: BTreeMap<String, String> = read(SUMS)?
            .lines()
            .filter_map(|line| line.split_once("  "))
            .map(|(sum, name)| (name.to_owned(), sum.to_owned()))
            .collect();
        let found = sums(folder)?;
        for name in stated.keys().chain(found.keys()) {
            match (stated.get(name), found.get(name)) {
                (Some(stated), Some(found)) if stated == found => {}
                (Some(_), None) => return Err(damaged(name, &"it is missing")),
                (None, _) => return Err(damaged(name, &"SHA256SUMS does not name it")),
                _ => return Err(damaged(name, &"its SHA-256 is not that in SHA256SUMS")),
            }
        }
        let text = read(MANIFEST)?;
        let version: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| damaged(MANIFEST, &error))?;
        if version["version"] != VERSION {
            return Err(Error::Usage(format!(
                "{}: a shard of version {}, this ci-stage reads version {VERSION}; let the same \
                 ci-stage do all of the run",
                folder.join(MANIFEST).display(),
                version["version"]
            )));
        }
        let manifest = serde_json::from_str(&text).map_err(|error| damaged(MANIFEST, &error))?;
        Ok(Self {
            folder: folder.to_path_buf(),
            manifest,
        })
    }

    /// A file of the share.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}
