//! The programs as nextest would have found them by building.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::TargetKind;
use serde_json::{Value, json};

use crate::cargo::{Built, TestExecutable, Workspace, standard_library_folder};
use crate::error::Error;

/// What nextest would have found out by building.
pub(super) fn binaries(workspace: &Workspace, built: &Built) -> Result<Value, Error> {
    let target = workspace.target_directory();
    let inside = |path: &Path| path.strip_prefix(target).unwrap_or(path).to_path_buf();
    let programs = built.tests.iter().filter(|program| program.harness);
    let rust_binaries: serde_json::Map<String, Value> = programs
        .map(|program| (id(program), described(program)))
        .collect();
    let mut others: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (package, name, path) in &built.binaries {
        let binary = json!({ "name": name, "kind": "bin-exe", "path": inside(path) });
        others.entry(package.repr.clone()).or_default().push(binary);
    }
    let scripts = built.build_scripts.iter();
    let out_dirs: BTreeMap<&str, PathBuf> = scripts
        .clone()
        .map(|script| {
            (
                &*script.package_id.repr,
                inside(script.out_dir.as_std_path()),
            )
        })
        .collect();
    let information: BTreeMap<&str, Value> = scripts
        .clone()
        .map(|script| {
            let variables: BTreeMap<_, _> = script.env.iter().cloned().collect();
            (&*script.package_id.repr, json!({ "envs": variables }))
        })
        .collect();
    let linked: Vec<PathBuf> = scripts
        .flat_map(|script| &script.linked_paths)
        .map(|path| path.as_str())
        .map(|path| path.split_once('=').map_or(path, |(_, path)| path))
        .filter(|path| Path::new(path).starts_with(target))
        .map(|path| inside(Path::new(path)))
        .collect();
    Ok(json!({
        "rust-build-meta": {
            "target-directory": target,
            "build-directory": workspace.build_directory(),
            "base-output-directories": ["debug"],
            "non-test-binaries": others,
            "build-script-out-dirs": out_dirs,
            "build-script-info": information,
            "linked-paths": linked,
            "platforms": {
                "host": {
                    "platform": { "triple": host()?, "target-features": "unknown" },
                    "libdir": { "status": "available", "path": standard_library_folder()? },
                },
                "targets": [],
            },
        },
        "rust-binaries": rust_binaries,
    }))
}

fn host() -> Result<String, Error> {
    let version = crate::cargo::rustc_version()?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Error::Setup(format!("`rustc -vV` names no host:\n{version}")))
}

fn described(program: &TestExecutable) -> Value {
    json!({
        "binary-id": id(program),
        "binary-name": program.target,
        "package-id": program.package.repr,
        "kind": kind(program),
        "binary-path": program.executable,
        "build-platform": if program.kind == TargetKind::ProcMacro { "host" } else { "target" },
    })
}

fn kind(program: &TestExecutable) -> &'static str {
    match program.kind {
        TargetKind::Test => "test",
        TargetKind::Bin => "bin",
        TargetKind::Example => "example",
        TargetKind::Bench => "bench",
        TargetKind::ProcMacro => "proc-macro",
        _ => "lib",
    }
}

/// As nextest names a program.
pub(super) fn id(program: &TestExecutable) -> String {
    let (package, target) = (&program.package_name, &program.target);
    match kind(program) {
        "test" => format!("{package}::{target}"),
        "lib" | "proc-macro" => package.clone(),
        kind => format!("{package}::{kind}/{target}"),
    }
}
