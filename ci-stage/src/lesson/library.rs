//! The lessons that there are: those inside the program, or a teacher's folder.

use std::path::Path;

use include_dir::{Dir, include_dir};

use super::file::Lesson;
use super::folder::Folder;
use crate::error::Error;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/lessons");

/// Lessons in the order of their folders' names.
#[derive(Debug)]
pub(super) struct Library {
    pub(super) lessons: Vec<Lesson>,
}

impl Library {
    /// Those of a teacher's folder, or, without one, those inside the program.
    pub(super) fn open(folder: Option<&Path>) -> Result<Self, Error> {
        let folder = match folder {
            Some(folder) => Folder::read(folder)?,
            None => Folder::embedded(&BUILT_IN),
        };
        let names = folder.folders_with("lesson.toml");
        if names.is_empty() {
            return Err(Error::Usage(format!(
                "{} holds no lesson: a lesson is a folder with a lesson.toml; \
                 `ci-stage lesson new NAME` makes one",
                folder.path_of("").display()
            )));
        }
        let lessons: Result<_, _> = names
            .into_iter()
            .enumerate()
            .map(|(place, name)| Lesson::read(&folder, place + 1, name))
            .collect();
        Ok(Self { lessons: lessons? })
    }

    /// A lesson by its place in the list, or by its name with or without the number.
    pub(super) fn find(&self, which: &str) -> Result<&Lesson, Error> {
        let by_place = which.parse().ok().and_then(|place: usize| {
            let place = place.checked_sub(1)?;
            self.lessons.get(place)
        });
        let is_meant = |lesson: &&Lesson| lesson.name == which || lesson.short_name() == which;
        let found = by_place.or_else(|| self.lessons.iter().find(is_meant));
        found.ok_or_else(|| {
            let names: Vec<&str> = self.lessons.iter().map(|lesson| &*lesson.name).collect();
            Error::Usage(format!(
                "there is no lesson `{which}`; there are 1 to {}: {}",
                names.len(),
                names.join(", ")
            ))
        })
    }
}

#[cfg(test)]
mod tests;
