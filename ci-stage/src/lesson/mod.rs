//! Lessons: predict what a pipeline will do, see it, and learn why.
//!
//! A lesson is a folder of data, so that a teacher adds one without touching this program.
//! `file` says what stands in it, `library` finds lessons, `run` takes a learner through one,
//! `tell` puts it on a terminal and `page` on a page.

mod command;
mod event;
mod file;
mod folder;
mod library;
mod mistake;
mod page;
mod prediction;
mod prompt;
mod run;
mod scratch;
mod skeleton;
mod subject;
mod tell;

pub use command::LessonCommand;
