//! From the command line to a lesson.

use super::Place;
use crate::cargo::Workspace;
use crate::error::Error;
use crate::exit::ExitCode;
use crate::lesson::LessonCommand;

pub(super) fn run(place: &Place, lesson: &LessonCommand) -> Result<ExitCode, Error> {
    let own = match Workspace::find(place.manifest_path.as_deref()) {
        Ok(workspace) => Some(workspace),
        // A lesson brings its own workspace, so that it can be taken anywhere.
        Err(_) if place.manifest_path.is_none() => None,
        Err(error) => return Err(error),
    };
    lesson.run(own.as_ref())
}
