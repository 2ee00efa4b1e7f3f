//! The whole program as its syntax tells it: every file, every constant, under one numbering.

mod layout;
mod low_value;

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};

use super::find::{Constant, Facts, TestFn};
use super::matrix::LowValue;
use super::source::Source;
use super::tree::Original;
use crate::cargo::{TestScope, Workspace};

pub(super) use layout::{Child, FileRole, Layout};

/// Every source file and every constant of a workspace.
pub(super) struct Program {
    pub(super) files: Vec<File>,
    pub(super) constants: Vec<Known>,
    by_path: BTreeMap<String, usize>,
}

/// A source file.
pub(super) struct File {
    pub(super) source: Source,
    pub(super) facts: Facts,
    pub(super) layout: Layout,
    /// The number of its first constant; the others follow.
    pub(super) first: usize,
}

/// A constant and where it belongs.
pub(super) struct Known {
    pub(super) file: usize,
    pub(super) item: Constant,
    /// `pricing::policy::TAX_RATE`.
    pub(super) path: String,
    pub(super) low_value: Option<LowValue>,
}

impl Program {
    /// Parses every file of the crates that are built for the judges.
    pub(super) fn read(workspace: &Workspace, original: &Original, scope: &TestScope) -> Self {
        let mut program = Self {
            files: Vec::new(),
            constants: Vec::new(),
            by_path: BTreeMap::new(),
        };
        let mut waiting = layout::roots(workspace, scope);
        waiting.reverse();
        while let Some((path, layout)) = waiting.pop() {
            let relative = path
                .strip_prefix(workspace.root())
                .map(Path::to_string_lossy);
            let Ok(relative) = relative else { continue };
            // A file that is no sequence of items is the compiler's to complain about.
            let text = original.text(&relative).unwrap_or_default();
            if program.by_path.contains_key(relative.as_ref()) {
                continue;
            }
            if let Some(source) = Source::parse(relative.into_owned(), text) {
                let file = program.add(source, layout);
                waiting.extend(program.children(file, &path));
            }
        }
        program
    }

    fn children(&self, file: usize, path: &Path) -> Vec<(PathBuf, Layout)> {
        let file = &self.files[file];
        let children = file.facts.children.iter().rev();
        children
            .filter_map(|child| file.layout.child(path, child))
            .collect()
    }

    fn add(&mut self, source: Source, layout: Layout) -> usize {
        let file = self.files.len();
        let facts = Facts::of(&source, layout.role == FileRole::Tests);
        let first = self.constants.len();
        for item in &facts.constants {
            let path = layout.path(&item.scope, &item.name);
            let low_value = low_value::group(&source, item);
            self.constants.push(Known {
                file,
                path,
                low_value,
                item: item.clone(),
            });
        }
        self.by_path.insert(source.path.clone(), file);
        self.files.push(File {
            source,
            facts,
            layout,
            first,
        });
        file
    }

    pub(super) fn file(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    pub(super) fn file_of(&self, constant: usize) -> &File {
        &self.files[self.constants[constant].file]
    }

    /// A piece of the source of the file that holds a constant.
    pub(super) fn text(&self, constant: usize, range: &Range<usize>) -> &str {
        self.file_of(constant).source.slice(range)
    }

    /// The numbers of the constants of a file.
    pub(super) fn constants_in(&self, file: usize) -> Range<usize> {
        let file = &self.files[file];
        file.first..file.first + file.facts.constants.len()
    }

    /// The file and lines of a test, by its package, its target's root file and its path.
    pub(super) fn place_of_test(
        &self,
        package: &str,
        root: &Path,
        name: &str,
    ) -> Option<(String, RangeInclusive<usize>)> {
        let of_crate =
            |file: &&File| file.layout.package == package && file.layout.root.ends_with(root);
        let mut found = self.files.iter().filter(of_crate);
        found.find_map(|file| {
            let named = |test: &&TestFn| file.layout.inside_crate(&test.path) == name;
            let test = file.facts.tests.iter().find(named)?;
            let line = |byte| file.source.position(byte).0;
            Some((
                file.source.path.clone(),
                line(test.name_at)..=line(test.range.end),
            ))
        })
    }

    /// The test function round a byte, with its path in its crate.
    pub(super) fn test_around(&self, file: usize, byte: usize) -> Option<(&TestFn, String)> {
        let file = &self.files[file];
        let mut tests = file.facts.tests.iter();
        let test = tests.find(|test| test.range.contains(&byte))?;
        Some((test, file.layout.inside_crate(&test.path)))
    }
}
