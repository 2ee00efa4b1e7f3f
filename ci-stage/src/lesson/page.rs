//! Lessons as one page: the learner ticks predictions, and only then sees what happened.

use std::path::Path;

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::event::{Event, Learner};
use super::file::Lesson;
use super::mistake::Mistake;
use super::prediction::{Choices, Chosen};
use super::run::run;
use super::subject::Subject;
use crate::console::complain;
use crate::error::Error;
use crate::mutate::matrix::{Matrix, Mutant, TestId};
use crate::report::page;

/// A lesson and everything that happened in it.
#[derive(Serialize)]
struct Told {
    number: usize,
    name: String,
    events: Vec<Event>,
    /// The matrix on which predictions are ticked, the lesson's own mistake first; without one the
    /// choices are ticked themselves.
    rows: Vec<Row>,
}

/// A mistake and who notices it.
#[derive(Serialize)]
struct Row {
    /// `TIER_DISCOUNTS.gold: 0.15 → 0.12`.
    change: String,
    /// The places of the tests that fail.
    truth: Chosen,
}

/// A learner who looks on and leaves everything to the lesson.
#[derive(Default)]
struct Recorder(Vec<Event>);

impl Learner for Recorder {
    fn perceive(&mut self, event: &Event) -> Result<(), Error> {
        self.0.push(event.clone());
        Ok(())
    }

    fn predict(&mut self, _: &Choices) -> Result<Option<Chosen>, Error> {
        Ok(None)
    }

    fn write(&mut self, _: &Path) -> Result<bool, Error> {
        Ok(false)
    }
}

/// Runs the lessons and writes what happened as a page.
pub(super) fn of(
    lessons: &[&Lesson],
    subject: impl Fn(&Lesson) -> Result<Subject, Error>,
) -> Result<String, Error> {
    let mut told = Vec::new();
    for lesson in lessons {
        complain(format_args!(
            "lesson {}: {}",
            lesson.name, lesson.text.title
        ));
        let swept = swept(lesson, &subject(lesson)?)?;
        let mut recorder = Recorder::default();
        run(lesson, subject(lesson)?, None, &mut recorder)?;
        told.push(Told {
            number: lesson.number,
            name: lesson.name.clone(),
            rows: swept.map_or_else(Vec::new, |swept| rows(&swept, &recorder.0)),
            events: recorder.0,
        });
    }
    let data = page::script_json(&told)?;
    page::render(
        include_str!("page/lessons.html"),
        context! {
            nonce => page::nonce(&data),
            style => page::style(include_str!("page/lessons.css")),
            script => page::safe(include_str!("page/lessons.js")),
            lessons => Serde(&told),
        },
    )
}

/// The mistake of a lesson about failing tests, and the whole sweep of its constant.
fn swept(lesson: &Lesson, subject: &Subject) -> Result<Option<(Mistake, Matrix)>, Error> {
    let Some(mistake) = Mistake::of(lesson, subject) else {
        return Ok(None);
    };
    let matrix = subject.sweep(&mistake.test, mistake.constant())?;
    Ok(Some((mistake, matrix)))
}

/// The lesson's own mistake, then the constant's others.
fn rows((mistake, matrix): &(Mistake, Matrix), events: &[Event]) -> Vec<Row> {
    let graded = events.iter().find_map(|event| match event {
        Event::Graded { truth, choices, .. } => Some((truth, choices)),
        _ => None,
    });
    let Some((truth, choices)) = graded else {
        return Vec::new();
    };
    let own = Row {
        change: mistake.set.clone(),
        truth: truth.clone(),
    };
    let others = matrix.mutants.iter().map(|mutant| Row {
        change: format!(
            "{}: {} → {}",
            mutant.selector, mutant.original, mutant.replacement
        ),
        truth: places(matrix, mutant, choices),
    });
    std::iter::once(own).chain(others).collect()
}

/// The places among the choices of the tests that noticed a mutant.
fn places(matrix: &Matrix, mutant: &Mutant, choices: &Choices) -> Chosen {
    let place = |test: TestId| {
        let name = &matrix.tests[test].name;
        choices.0.iter().position(|choice| choice == name)
    };
    mutant.noticed_by().into_iter().filter_map(place).collect()
}
