//! Whether a program of tests is libtest's, or has a harness of its own.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cargo_metadata::{Package, TargetKind};

/// `harness = false` stands only in the manifest, cargo does not report it.
#[derive(Default)]
pub(super) struct HarnessFlags(BTreeMap<PathBuf, toml::Table>);

impl HarnessFlags {
    pub(super) fn of(&mut self, package: &Package, kind: &TargetKind, target: &str) -> bool {
        let manifest = self
            .0
            .entry(package.manifest_path.clone().into())
            .or_insert_with_key(|path| {
                let text = std::fs::read_to_string(path).unwrap_or_default();
                // Cargo has just read the same file, so it is well-formed.
                text.parse().unwrap_or_default()
            });
        let section = match kind {
            TargetKind::Test => "test",
            TargetKind::Bin => "bin",
            TargetKind::Example => "example",
            TargetKind::Bench => "bench",
            _ => return declared_harness(manifest.get("lib")),
        };
        let tables = manifest.get(section).and_then(toml::Value::as_array);
        let named = tables.and_then(|tables| {
            let mut tables = tables.iter();
            tables.find(|table| table.get("name").and_then(toml::Value::as_str) == Some(target))
        });
        declared_harness(named) || speaks_like_libtest(package)
    }
}

/// Whether a package's own harnesses list and run tests as libtest does, which is what the library
/// `libtest-mimic` is for.
fn speaks_like_libtest(package: &Package) -> bool {
    let mut dependencies = package.dependencies.iter();
    dependencies.any(|dependency| dependency.name == "libtest-mimic")
}

fn declared_harness(table: Option<&toml::Value>) -> bool {
    table
        .and_then(|table| table.get("harness"))
        .and_then(toml::Value::as_bool)
        .unwrap_or(true)
}
