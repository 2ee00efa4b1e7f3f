//! What a file is to its package: whose modules it holds, whether it is a test's or a build script's.

use std::path::Path;

use cargo_metadata::{Package, Target, TargetKind};

use crate::cargo::Workspace;

/// What a file's code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mutate) enum FileRole {
    /// The product.
    Product,
    /// Tests, benchmarks and examples.
    Tests,
    /// Code that runs while the product is built.
    BuildTime,
}

/// Where a file stands in its package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mutate) struct Layout {
    pub(in crate::mutate) package: String,
    pub(in crate::mutate) role: FileRole,
    /// The crate's name as code writes it.
    krate: String,
    modules: Vec<String>,
}

impl Layout {
    /// The layout of a file, by its path from the workspace's root; none outside of every member, and
    /// none in a package inside a member that is no member itself: an example's or a test's data.
    pub(super) fn of(workspace: &Workspace, path: &str) -> Option<Self> {
        let absolute = workspace.root().join(path);
        let holds = |package: &&Package| absolute.starts_with(folder(package));
        let packages = workspace.packages();
        let package = packages
            .into_iter()
            .filter(holds)
            .max_by_key(|package| folder(package).as_os_str().len())?;
        let in_package = absolute.strip_prefix(folder(package)).ok()?;
        if is_in_another_package(in_package, folder(package)) {
            return None;
        }
        let target = target_of(package, &absolute);
        let kind = target.and_then(|target| target.kind.first().cloned());
        let top = in_package
            .components()
            .next()
            .map(|part| part.as_os_str().to_owned());
        let in_tests_folder = ["tests", "benches", "examples"]
            .iter()
            .any(|name| top.as_deref() == Some(name.as_ref()));
        let role = match kind {
            Some(TargetKind::Test | TargetKind::Bench | TargetKind::Example) => FileRole::Tests,
            Some(TargetKind::CustomBuild | TargetKind::ProcMacro) => FileRole::BuildTime,
            _ if in_tests_folder => FileRole::Tests,
            _ => FileRole::Product,
        };
        let name = target.map_or_else(|| package.name.to_string(), |target| target.name.clone());
        let root = target.and_then(|target| target.src_path.parent());
        let root = root.map_or(folder(package), |root| root.as_std_path());
        let is_root = target.is_some_and(|target| target.src_path == absolute);
        Some(Self {
            package: package.name.to_string(),
            role,
            krate: name.replace('-', "_"),
            modules: if is_root {
                Vec::new()
            } else {
                modules(root, &absolute)
            },
        })
    }

    /// Whether it is the file of a crate's root module.
    pub(super) fn is_root(&self) -> bool {
        self.modules.is_empty()
    }

    /// The path of an item: crate, modules of the file, scope in the file, name.
    pub(super) fn path(&self, scope: &[String], name: &str) -> String {
        let inside = self.modules.iter().chain(scope).map(String::as_str);
        let parts = std::iter::once(self.krate.as_str())
            .chain(inside)
            .chain([name]);
        parts.collect::<Vec<_>>().join("::")
    }

    /// The path of something in the file as libtest names it: without the crate.
    pub(super) fn inside_crate(&self, path: &[String]) -> String {
        let parts = self.modules.iter().chain(path).map(String::as_str);
        parts.collect::<Vec<_>>().join("::")
    }
}

fn folder(package: &Package) -> &Path {
    let manifest = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest)
}

/// Whether a folder between a package's and the file has a manifest of its own.
fn is_in_another_package(in_package: &Path, package: &Path) -> bool {
    let between = in_package.ancestors().skip(1);
    let mut between = between.filter(|folder| !folder.as_os_str().is_empty());
    between.any(|folder| package.join(folder).join("Cargo.toml").is_file())
}

/// The target whose root file this is, otherwise the one whose root lies nearest above it.
fn target_of<'a>(package: &'a Package, file: &Path) -> Option<&'a Target> {
    let root_of = |target: &&Target| target.src_path.as_std_path() == file;
    if let Some(target) = package.targets.iter().find(root_of) {
        return Some(target);
    }
    let above = package.targets.iter().filter(|target| {
        let beside = target.src_path.parent();
        let is_script = target.kind.contains(&TargetKind::CustomBuild);
        !is_script && beside.is_some_and(|folder| file.starts_with(folder))
    });
    // Of a library and a binary in one folder the library comes first in cargo's list.
    above.rev().max_by_key(|target| {
        target.src_path.as_str().len() - target.src_path.file_name().unwrap_or_default().len()
    })
}

fn modules(root: &Path, file: &Path) -> Vec<String> {
    let inside = file.strip_prefix(root).unwrap_or(file).with_extension("");
    let parts = inside
        .iter()
        .map(|part| part.to_string_lossy().into_owned());
    let mut parts: Vec<String> = parts.collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

#[cfg(test)]
mod tests;
