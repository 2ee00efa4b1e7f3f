//! The scratch workspace of a lesson: made anew for each run, outside the learner's own files.

use std::path::{Path, PathBuf};

use super::file::{Action, Lesson};
use crate::error::Error;
use crate::report::write_whole;

/// What a learner's file of the last run is kept as.
const KEPT: &str = "last";

/// A folder with a lesson's workspace in it.
#[derive(Debug)]
pub(super) struct Scratch {
    pub(super) folder: PathBuf,
}

impl Scratch {
    /// Writes the workspace; what cargo built there the last time is kept, and so is what the learner
    /// wrote, under another name.
    pub(super) fn make(lesson: &Lesson, folder: &Path) -> Result<Self, Error> {
        let scratch = Self {
            folder: folder.join(&lesson.name),
        };
        for step in &lesson.text.steps {
            if let Action::Write { file, .. } = &step.action {
                scratch.set_aside(file)?;
            }
        }
        lesson.workspace.write_to(&scratch.folder)?;
        Ok(scratch)
    }

    /// The path of a file.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Writes a file.
    pub(super) fn write(&self, file: &str, text: &str) -> Result<(), Error> {
        write_whole(&self.path(file), text)
    }

    /// Replaces a text that must stand in the file exactly once.
    pub(super) fn edit(&self, file: &str, from: &str, to: &str) -> Result<(), Error> {
        let path = self.path(file);
        let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        match text.matches(from).count() {
            1 => self.write(file, &text.replace(from, to)),
            count => Err(Error::Usage(format!(
                "{}: `{from}` stands there {count} times, and the lesson replaces exactly one",
                path.display()
            ))),
        }
    }

    fn set_aside(&self, file: &str) -> Result<(), Error> {
        let path = self.path(file);
        if !path.exists() {
            return Ok(());
        }
        let kept = path.with_added_extension(KEPT);
        std::fs::rename(&path, kept).map_err(Error::io("rename", &path))
    }
}

#[cfg(test)]
mod tests;
