//! A lesson on a terminal.

use std::path::Path;

use super::event::{Event, Learner};
use super::prediction::{Choices, Chosen, Grade};
use super::prompt;
use crate::console::print;
use crate::error::Error;

/// A learner before a terminal, or nobody at all.
pub(super) struct Terminal {
    /// What the command line predicts.
    pub(super) predicted: Option<Vec<String>>,
    /// Whether somebody is there to answer.
    pub(super) interactive: bool,
}

impl Learner for Terminal {
    fn perceive(&mut self, event: &Event) -> Result<(), Error> {
        print(text(event));
        Ok(())
    }

    fn predict(&mut self, choices: &Choices) -> Result<Option<Chosen>, Error> {
        match &self.predicted {
            Some(predicted) => choices.read(predicted).map(Some),
            None if self.interactive => prompt::prediction(choices).map(Some),
            None => Ok(None),
        }
    }

    fn write(&mut self, file: &Path) -> Result<bool, Error> {
        if self.interactive {
            prompt::written(file)
        } else {
            Ok(false)
        }
    }
}

fn text(event: &Event) -> String {
    match event {
        Event::Story {
            number,
            title,
            story,
            workspace,
        } => format!("LESSON {number}: {title}\n\n{story}\n\nWorkspace: {workspace}\n"),
        Event::Question { question, choices } => {
            format!("QUESTION: {question}\n{}", listed(choices))
        }
        Event::Prediction { chosen, choices } => match chosen {
            Some(chosen) => format!("PREDICTION: {}\n", named(chosen, choices)),
            None => "PREDICTION: none was made (--predict a,b makes one)\n".to_owned(),
        },
        Event::Say { text } => format!("-- {text}"),
        Event::Command { line, output } => format!("$ {line}\n{output}\n"),
        Event::Wrote { file, text } => format!("wrote {file}:\n{}\n", indented(text, "    ")),
        Event::Edited { file, from, to } => format!("{file}:\n  - {from}\n  + {to}\n"),
        Event::Compared {
            before,
            after,
            changes,
        } => format!(
            "{before} -> {after}:\n{}\n  {}\n",
            indented(&changes.to_string(), "  "),
            changes.decision()
        ),
        Event::Graded {
            truth,
            grade,
            choices,
        } => graded(truth, grade.as_ref(), choices),
        Event::Explained { why, next } => {
            format!("WHY\n{}\n\nTRY NEXT\n{}", points(why), points(next))
        }
    }
}

fn listed(choices: &Choices) -> String {
    let choices = choices.0.iter().enumerate();
    let line =
        |(place, choice): (usize, &String)| format!("  {:>2}  {choice}\n", Choices::letter(place));
    choices.map(line).collect()
}

fn named(chosen: &Chosen, choices: &Choices) -> String {
    if chosen.is_empty() {
        return "none".to_owned();
    }
    let names = chosen.iter().map(|&place| match &*choices.0[place] {
        // A sentence is named by its letter, a test by its name.
        sentence if sentence.contains(' ') => Choices::letter(place),
        name => name.to_owned(),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn graded(truth: &Chosen, grade: Option<&Grade>, choices: &Choices) -> String {
    let truth = format!("ANSWER: {}\n", named(truth, choices));
    let Some(grade) = grade else {
        return truth;
    };
    if grade.is_right() {
        return format!("{truth}GRADE: right\n");
    }
    let mut parts = Vec::new();
    for (what, chosen) in [
        ("right", &grade.hit),
        ("missed", &grade.missed),
        ("wrong", &grade.wrong),
    ] {
        if !chosen.is_empty() {
            parts.push(format!("{what}: {}", named(chosen, choices)));
        }
    }
    format!("{truth}GRADE: not right ({})\n", parts.join("; "))
}

fn points(lines: &[String]) -> String {
    let points: Vec<String> = lines.iter().map(|line| format!("  - {line}")).collect();
    points.join("\n")
}

fn indented(text: &str, by: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("{by}{line}").trim_end().to_owned())
        .collect();
    lines.join("\n")
}
