//! Lessons as one page: the learner ticks predictions, and only then sees what happened.

use std::path::Path;

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::file::{Lesson, Predict};
use super::prediction::{Choices, Chosen};
use super::run::{Event, Learner, run};
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
    /// The mistakes to predict, the lesson's own first; without one the choices are ticked themselves.
    mistakes: Vec<Mistake>,
}

/// A row of the matrix on which predictions are ticked.
#[derive(Serialize)]
struct Mistake {
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
        let sweep = sweep(lesson, &subject(lesson)?)?;
        let mut recorder = Recorder::default();
        run(lesson, subject(lesson)?, None, &mut recorder)?;
        told.push(Told {
            number: lesson.number,
            name: lesson.name.clone(),
            mistakes: mistakes(&recorder.0, sweep.as_ref()),
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

/// The whole sweep of the constant that a lesson about failing tests speaks of.
fn sweep(lesson: &Lesson, subject: &Subject) -> Result<Option<Matrix>, Error> {
    let (Predict::Tests { tests }, Some(here)) = (&lesson.text.predict, &lesson.text.here) else {
        return Ok(None);
    };
    subject.sweep(tests, &here.constant).map(Some)
}

/// The lesson's own mistake, then the constant's others.
fn mistakes(events: &[Event], sweep: Option<&Matrix>) -> Vec<Mistake> {
    let graded = events.iter().find_map(|event| match event {
        Event::Graded { truth, choices, .. } => Some((truth, choices)),
        _ => None,
    });
    let (Some(matrix), Some((truth, choices))) = (sweep, graded) else {
        return Vec::new();
    };
    let own = Mistake {
        change: "the mistake of this lesson".to_owned(),
        truth: truth.clone(),
    };
    let others = matrix.mutants.iter().map(|mutant| Mistake {
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
