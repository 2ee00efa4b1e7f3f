//! A target folder that was restored onto a fresh clone: cargo looks at times, and all are new.
//!
//! After a run every source's content and time are written down. A file that still has this
//! content gets this time back. That is safe only while nothing was built since: whatever cargo
//! built later belongs to sources that this record does not know.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::cargo::Workspace;
use crate::report::write_whole;
use crate::sources::Contents;

/// What was written down when a run ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Record {
    /// When, in nanoseconds since 1970.
    ended: u64,
    /// The content and the time of each file, from the workspace's root.
    files: BTreeMap<PathBuf, (String, u64)>,
}

/// A run between whose beginning and end the record is absent: if it is cut short, nothing
/// is set back the next time.
#[derive(Debug)]
pub struct Restored {
    file: PathBuf,
    root: PathBuf,
    /// How many files got their time back.
    pub files: usize,
}

impl Restored {
    /// Sets times back where that is safe.
    #[must_use]
    pub fn begin(workspace: &Workspace, contents: &Contents) -> Self {
        let target = workspace.target_directory();
        let mut restored = Self {
            file: target.join("ci/times.json"),
            root: workspace.root().to_path_buf(),
            files: 0,
        };
        let text = fs::read_to_string(&restored.file).ok();
        let record: Option<Record> = text.and_then(|text| serde_json::from_str(&text).ok());
        let _ = fs::remove_file(&restored.file);
        if let Some(record) = record
            && !built_since(workspace.build_directory(), record.ended)
        {
            restored.files = restored.set_back(&record, contents);
        }
        restored
    }

    fn set_back(&self, record: &Record, contents: &Contents) -> usize {
        let mut count = 0;
        for (name, (content, time)) in &record.files {
            let path = self.root.join(name);
            let is_same = contents.get(&path) == Some(content);
            let is_newer = modified(&path).is_some_and(|now| now > *time);
            if is_same && is_newer && set_time(&path, *time).is_some() {
                count += 1;
            }
        }
        count
    }

    /// Writes down what the run was about, if the sources are still those of its beginning.
    pub fn end(&self, contents: &Contents) {
        let files = contents.iter().filter_map(|(path, content)| {
            let name = path.strip_prefix(&self.root).ok()?;
            Some((name.to_path_buf(), (content.clone(), modified(path)?)))
        });
        let record = Record {
            ended: nanoseconds(SystemTime::now()),
            files: files.collect(),
        };
        if let Ok(text) = serde_json::to_string(&record) {
            // Without the record the next clone builds everything, and that is all.
            let _ = write_whole(&self.file, &text);
        }
    }
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

fn modified(path: &Path) -> Option<u64> {
    let about = fs::symlink_metadata(path).ok()?;
    about
        .is_file()
        .then(|| about.modified().ok())
        .flatten()
        .map(nanoseconds)
}

fn set_time(path: &Path, time: u64) -> Option<()> {
    let file = File::options().append(true).open(path).ok()?;
    file.set_modified(UNIX_EPOCH + Duration::from_nanos(time))
        .ok()
}

/// Whether cargo has finished a unit after that time; each has a folder of its own, in which
/// cargo writes when it does.
fn built_since(build: &Path, ended: u64) -> bool {
    let profiles = fs::read_dir(build).into_iter().flatten().flatten();
    let fingerprints = profiles.map(|profile| profile.path().join(".fingerprint"));
    let units = fingerprints.flat_map(|folder| fs::read_dir(folder).into_iter().flatten());
    let mut files = units.flatten().flat_map(|unit| {
        let files = fs::read_dir(unit.path()).into_iter().flatten().flatten();
        files.map(|file| file.path())
    });
    files.any(|file| modified(&file).is_some_and(|time| time > ended))
}
