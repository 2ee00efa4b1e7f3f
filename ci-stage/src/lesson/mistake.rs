//! A mistake in a constant, of which a lesson speaks.

use super::file::{Action, Lesson};
use super::subject::Subject;

/// One mistake in a constant.
#[derive(Debug, Clone)]
pub(super) struct Mistake {
    /// `NAME=VALUE`.
    pub(super) set: String,
    /// The test target that judges.
    pub(super) test: String,
}

impl Mistake {
    /// The mistake of a lesson about failing tests, as it is made in this subject.
    pub(super) fn of(lesson: &Lesson, subject: &Subject) -> Option<Self> {
        lesson
            .text
            .steps
            .iter()
            .find_map(|step| match &step.action {
                Action::Mistake {
                    set,
                    set_here,
                    test,
                } => {
                    let here = set_here.as_ref().filter(|_| subject.is_here());
                    Some(Self {
                        set: here.unwrap_or(set).clone(),
                        test: test.clone(),
                    })
                }
                _ => None,
            })
    }

    /// The constant's name, without the path to a value in it.
    pub(super) fn constant(&self) -> &str {
        let end = self
            .set
            .find(['=', '.', '[', '#'])
            .unwrap_or(self.set.len());
        self.set[..end].trim()
    }

    /// Puts its names into an argument.
    pub(super) fn fill(&self, argument: &str) -> String {
        argument
            .replace("{constant}", self.constant())
            .replace("{test}", &self.test)
    }
}
