//! Remembering that a stage passed, as long as nothing that it depends on has changed.
//!
//! Whatever is in doubt counts as a change: only a pass is remembered, only when the sources were
//! the same before and after it, and what it produced is verified before it counts again.

mod inputs;
mod restore;

pub use inputs::Inputs;
pub use restore::Restored;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cargo::Workspace;
use crate::error::Error;
use crate::report::write_whole;
use crate::sources::hash;
use crate::stage::{Cached, Report, State};

/// How many passes of a stage are kept.
const KEPT: usize = 10;

/// The remembered passes of a workspace.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    root: PathBuf,
    target: PathBuf,
}

/// A remembered pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it depends on.
    pub key: String,
    /// Four digits that tell runs apart.
    pub run: String,
    /// When it passed, in seconds since 1970.
    pub at: i64,
    /// The files that it produced, by their hash.
    pub outputs: Vec<(PathBuf, String)>,
    /// What it found.
    pub report: Report,
}

impl Cache {
    /// The cache in a workspace's target folder.
    #[must_use]
    pub fn of(workspace: &Workspace) -> Self {
        let target = workspace.target_directory();
        Self {
            folder: target.join("ci/cache"),
            root: workspace.root().to_path_buf(),
            target: target.to_path_buf(),
        }
    }

    /// The stage's report if it has passed with this key and what it produced is still there.
    #[must_use]
    pub fn find(&self, stage: &str, key: &str) -> Option<Report> {
        let entry = read(&self.file(stage, key))?;
        let unchanged = |(file, expected): &(PathBuf, String)| {
            fs::read(file).is_ok_and(|bytes| hash(&bytes) == *expected)
        };
        if entry.key != key || !entry.outputs.iter().all(unchanged) {
            return None;
        }
        let mut report = entry.report;
        report.state = State::Cached;
        report.cached = Some(Cached {
            run: entry.run,
            at: entry.at,
        });
        Some(report)
    }

    /// Remembers a pass. A cache that cannot be written is no reason for a red stage.
    pub fn remember(&self, report: &Report, key: &str) {
        let at = Timestamp::now().as_second();
        let run = hash(format!("{key} {at}").as_bytes());
        let Ok(outputs) = self.outputs(report) else {
            return;
        };
        let entry = Entry {
            key: key.to_owned(),
            run: run.chars().take(4).collect(),
            at,
            outputs,
            report: report.clone(),
        };
        if let Ok(text) = serde_json::to_string(&entry) {
            let _ = write_whole(&self.file(&report.name, key), &text);
        }
        self.prune(&report.name);
    }

    fn outputs(&self, report: &Report) -> Result<Vec<(PathBuf, String)>, Error> {
        let mut files = Vec::new();
        let findings = &report.findings;
        if findings.coverage.is_some() {
            files.push(self.target.join("ci/coverage.lcov"));
        }
        if let Some(package) = &findings.package {
            let folders = findings.image.iter().chain([package]);
            for folder in folders.map(|folder| self.root.join(folder)) {
                let names = crate::artifact::files(&folder)?;
                files.extend(names.into_iter().map(|name| folder.join(name)));
            }
            files.push(
                self.root
                    .join(format!("{package}{}", crate::artifact::ENDING)),
            );
        }
        let hashed = files.into_iter().map(|file| {
            let bytes = fs::read(&file).map_err(Error::io("read", &file))?;
            Ok((file, hash(&bytes)))
        });
        hashed.collect()
    }

    fn file(&self, stage: &str, key: &str) -> PathBuf {
        let short: String = key.chars().take(16).collect();
        self.folder.join(format!("{stage}-{short}.json"))
    }

    /// Every remembered pass, the latest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        let files = self.files();
        let mut entries: Vec<Entry> = files.iter().filter_map(|file| read(file)).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        entries
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    fn prune(&self, stage: &str) {
        let mut files = self.files();
        files.retain(|file| {
            let entry = read(file);
            entry.is_none_or(|entry| entry.report.name == stage)
        });
        files.sort_by_key(|file| {
            let changed = fs::metadata(file).and_then(|about| about.modified());
            std::cmp::Reverse(changed.ok())
        });
        for old in files.iter().skip(KEPT) {
            let _ = fs::remove_file(old);
        }
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// [`Error::Io`] when the files cannot be removed.
    pub fn clear(&self) -> Result<(), Error> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("remove", &self.folder)(error))
            }
            _ => Ok(()),
        }
    }
}

fn read(file: &Path) -> Option<Entry> {
    let text = fs::read_to_string(file).ok()?;
    serde_json::from_str(&text).ok()
}

/// How long ago that was: `2 h ago`.
#[must_use]
pub fn age(at: i64) -> String {
    let seconds = Timestamp::now().as_second().saturating_sub(at).max(0);
    match seconds {
        0..60 => format!("{seconds} s ago"),
        60..3_600 => format!("{} min ago", seconds / 60),
        3_600..86_400 => format!("{} h ago", seconds / 3_600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}
