//! One hash over everything that an answer depends on, so that an old answer is never given for a
//! new question.

use std::path::{Path, PathBuf};

use super::lab::{Judges, Lab};
use super::prepare::Mutated;
use super::tree::{Original, hash_of};
use crate::cargo;
use crate::error::Error;

/// Variables that change what is compiled or how tests behave.
const VARIABLES: [&str; 12] = [
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_INCREMENTAL",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTUP_TOOLCHAIN",
    "PROPTEST_CASES",
    "PROPTEST_RNG_SEED",
    "TZ",
    "LANG",
];

/// The hash of sources, compiler, configuration, tool, judges and operators.
pub(super) fn hash(lab: &Lab, judges: &Judges, mutated: &Mutated<'_>) -> Result<String, Error> {
    let mut parts = vec![lab.original.hash(), cargo::rustc_version()?, tool()];
    for (number, folder) in lab.outside.iter().enumerate() {
        let memory = lab.path(&format!("outside-{number}.json"));
        parts.push(Original::read(folder, &folder.join("target"), &memory)?.hash());
    }
    for file in configurations(&lab.original.root) {
        parts.push(std::fs::read_to_string(file).unwrap_or_default());
    }
    for name in VARIABLES {
        let value = std::env::var_os(name).map(|value| value.to_string_lossy().into_owned());
        parts.push(format!("{name}={value:?}"));
    }
    let operators: Vec<&str> = mutated
        .operators
        .iter()
        .map(|operator| operator.name)
        .collect();
    parts.push(format!("{judges:?} {operators:?} {}", mutated.low_value));
    Ok(hash_of(parts.join("\n").as_bytes()))
}

/// The tool itself: its version, and its file, because a version may be built twice.
fn tool() -> String {
    let data = std::env::current_exe().and_then(std::fs::metadata);
    let stamp = data.and_then(|data| Ok((data.len(), data.modified()?)));
    format!("{} {:?}", env!("CARGO_PKG_VERSION"), stamp.ok())
}

/// The files in which cargo looks for its configuration, from the workspace upwards.
fn configurations(root: &Path) -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let folders = root
        .ancestors()
        .map(|folder| folder.join(".cargo"))
        .chain(home);
    folders
        .flat_map(|folder| [folder.join("config.toml"), folder.join("config")])
        .collect()
}
