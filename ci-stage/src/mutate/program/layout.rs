//! Which files belong to which crate, found as the compiler finds them: from each target's root along
//! its `mod` items.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Package, TargetKind};

use crate::cargo::{TestScope, Workspace};

/// What a file's code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mutate) enum FileRole {
    /// The product.
    Product,
    /// Tests and examples.
    Tests,
    /// Code that runs while the product is built.
    BuildTime,
}

/// Where a file stands in its crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mutate) struct Layout {
    pub(in crate::mutate) package: String,
    pub(in crate::mutate) role: FileRole,
    /// The crate's root file.
    pub(super) root: PathBuf,
    /// The crate's name as code writes it.
    krate: String,
    modules: Vec<String>,
    /// Where the modules of this file are looked for.
    folder: PathBuf,
}

/// A `mod x;` in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::mutate) struct Child {
    /// The modules round it, inside the file.
    pub(in crate::mutate) scope: Vec<String>,
    pub(in crate::mutate) name: String,
    /// What a `#[path]` says.
    pub(in crate::mutate) path: Option<String>,
    pub(in crate::mutate) in_tests: bool,
}

impl Layout {
    /// The path of an item: crate, modules of the file, scope in the file, name.
    pub(super) fn path(&self, scope: &[String], name: &str) -> String {
        let inside = self.modules.iter().chain(scope).map(String::as_str);
        let krate = std::iter::once(self.krate.as_str());
        let parts: Vec<&str> = krate.chain(inside).chain([name]).collect();
        parts.join("::")
    }

    /// The path of something in the file as libtest names it: without the crate.
    pub(super) fn inside_crate(&self, path: &[String]) -> String {
        let parts: Vec<&str> = self
            .modules
            .iter()
            .chain(path)
            .map(String::as_str)
            .collect();
        parts.join("::")
    }

    /// The file of a module that is declared in `file`, if there is one.
    pub(super) fn child(&self, file: &Path, child: &Child) -> Option<(PathBuf, Self)> {
        let name = child.name.trim_start_matches("r#");
        let beside = file.parent()?;
        let inline: PathBuf = child.scope.iter().collect();
        let folder = self.folder.join(&inline);
        let (path, below) = if let Some(path) = &child.path {
            let base = if inline.as_os_str().is_empty() {
                beside
            } else {
                &folder
            };
            let path = base.join(path);
            let below = path.parent()?.to_path_buf();
            (path, below)
        } else {
            let flat = folder.join(format!("{name}.rs"));
            let path = if flat.is_file() {
                flat
            } else {
                folder.join(name).join("mod.rs")
            };
            (path, folder.join(name))
        };
        let role = if child.in_tests && self.role == FileRole::Product {
            FileRole::Tests
        } else {
            self.role
        };
        let modules = self.modules.iter().chain(&child.scope).cloned();
        path.is_file().then(|| {
            let layout = Self {
                role,
                modules: modules.chain([name.to_owned()]).collect(),
                folder: below,
                ..self.clone()
            };
            (path, layout)
        })
    }
}

/// The root files of all crates that are built for the judges.
pub(super) fn roots(workspace: &Workspace, scope: &TestScope) -> Vec<(PathBuf, Layout)> {
    let mut roots = Vec::new();
    for package in judged(workspace, scope) {
        for target in &package.targets {
            let role = match target.kind.first() {
                Some(TargetKind::Bench) => continue,
                Some(TargetKind::Test | TargetKind::Example) => FileRole::Tests,
                Some(TargetKind::CustomBuild | TargetKind::ProcMacro) => FileRole::BuildTime,
                _ => FileRole::Product,
            };
            let root = target.src_path.clone().into_std_path_buf();
            let layout = Layout {
                package: package.name.to_string(),
                role,
                krate: target.name.replace('-', "_"),
                modules: Vec::new(),
                folder: root.parent().map(Path::to_path_buf).unwrap_or_default(),
                root: root.clone(),
            };
            roots.push((root, layout));
        }
    }
    roots
}

/// The members that hold the judging tests, and all members on which they depend.
fn judged<'a>(workspace: &'a Workspace, scope: &TestScope) -> Vec<&'a Package> {
    let packages = workspace.packages();
    let holds = |package: &&&Package| match scope {
        TestScope::Workspace => true,
        TestScope::Package(name) => *package.name == **name,
        TestScope::TestTarget(name) => package.targets.iter().any(|target| target.name == *name),
    };
    let mut wanted: BTreeSet<&Path> = packages
        .iter()
        .filter(holds)
        .map(|package| folder(package))
        .collect();
    loop {
        let before = wanted.len();
        for package in packages
            .iter()
            .filter(|package| wanted.contains(folder(package)))
            .copied()
            .collect::<Vec<_>>()
        {
            let paths = package
                .dependencies
                .iter()
                .filter_map(|dependency| dependency.path.as_ref());
            wanted.extend(paths.map(|path| path.as_std_path()));
        }
        if wanted.len() == before {
            break;
        }
    }
    packages
        .into_iter()
        .filter(|package| wanted.contains(folder(package)))
        .collect()
}

fn folder(package: &Package) -> &Path {
    let manifest = package.manifest_path.as_std_path();
    manifest.parent().unwrap_or(manifest)
}
