//! `ci-stage lesson new`: a lesson to start from, which already runs.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::folder::Folder;
use crate::error::Error;

static SKELETON: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/lesson-skeleton");

/// Makes the lesson `name` in a folder of lessons, and gives its place.
pub(super) fn make(lessons: &Path, name: &str) -> Result<PathBuf, Error> {
    let fits =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if name.is_empty() || !name.chars().all(fits) {
        return Err(Error::Usage(format!(
            "`{name}` is no name for a lesson: use lower-case letters, digits and `-`, \
             for example 6-rounding"
        )));
    }
    let place = lessons.join(name);
    if place.exists() {
        return Err(Error::Usage(format!(
            "{} is there already; choose another name",
            place.display()
        )));
    }
    Folder::embedded(&SKELETON).write_to(&place)?;
    Ok(place)
}

#[cfg(test)]
mod tests;
