//! The members' programs as an ordinary build left them.
//!
//! Cargo links every build's programs to one place, so after an instrumented build
//! `target/debug/NAME` would count lines and leave a profile wherever it is run.

use std::fs;
use std::path::{Path, PathBuf};

use super::Workspace;

/// Puts the ordinary programs back when it is dropped.
#[derive(Debug)]
pub struct PlainPrograms {
    /// Where a program stands, and where it is kept.
    kept: Vec<(PathBuf, PathBuf)>,
    folder: PathBuf,
}

impl PlainPrograms {
    /// Keeps a hard link to each program; whatever cannot be linked is not kept.
    #[must_use]
    pub fn keep(workspace: &Workspace) -> Self {
        let target = workspace.target_directory();
        let folder = target.join(format!("ci/plain-{}", std::process::id()));
        let mut kept = Vec::new();
        for (number, program) in programs(workspace).into_iter().enumerate() {
            let place = folder.join(number.to_string());
            if program.is_file() {
                let linked = fs::create_dir_all(&folder);
                // A link that failed leaves nothing to put back, as if there had been no program.
                let _ = linked.and_then(|()| fs::hard_link(&program, &place));
            }
            kept.push((program, place));
        }
        Self { kept, folder }
    }
}

impl Drop for PlainPrograms {
    fn drop(&mut self) {
        for (program, place) in &self.kept {
            if fs::rename(place, program).is_err() {
                // None was there: the next build links its own.
                let _ = fs::remove_file(program);
            }
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where cargo links the members' programs, with and without `--target`.
fn programs(workspace: &Workspace) -> Vec<PathBuf> {
    let target = workspace.target_directory();
    let others = fs::read_dir(target).into_iter().flatten().flatten();
    let triples = others
        .map(|entry| entry.path().join("debug"))
        .filter(|folder| folder.join("deps").is_dir());
    let folders: Vec<PathBuf> = [target.join("debug")].into_iter().chain(triples).collect();
    let packages = workspace.packages().into_iter();
    let targets = packages.flat_map(|package| &package.targets);
    let names = targets.filter_map(|target| {
        let name = format!("{}{}", target.name, std::env::consts::EXE_SUFFIX);
        match (target.is_bin(), target.is_example()) {
            (true, _) => Some(PathBuf::from(name)),
            (_, true) => Some(Path::new("examples").join(name)),
            _ => None,
        }
    });
    names
        .flat_map(|name| folders.iter().map(move |folder| folder.join(&name)))
        .collect()
}
