//! Taking a learner through a lesson.

use std::collections::BTreeMap;

use super::event::{Event, Learner};
use super::file::{Action, Lesson, Predict, Step};
use super::mistake::Mistake;
use super::prediction::{Choices, Chosen, Grade, place_of_letter};
use super::subject::{Judged, Ran, Subject, line};
use crate::cargo::process::End;
use crate::changes::Changes;
use crate::error::Error;

/// A lesson on its way.
struct Run<'a> {
    lesson: &'a Lesson,
    subject: Subject,
    mistake: Option<Mistake>,
    /// Whether the mistake is the learner's instead of the lesson's.
    own: bool,
    learner: &'a mut dyn Learner,
    choices: Choices,
    /// What happened, once it has.
    truth: Chosen,
    recorded: BTreeMap<String, String>,
}

/// Takes a learner through a lesson; `own` replaces its mistake by one in the learner's workspace.
pub(super) fn run(
    lesson: &Lesson,
    subject: Subject,
    own: Option<Mistake>,
    learner: &mut dyn Learner,
) -> Result<(), Error> {
    let text = &lesson.text;
    let is_own = own.is_some();
    let (story, question) = match &own {
        Some(Mistake { set, test }) => (
            format!("Your own workspace, and a mistake in it: {set}"),
            format!("Which tests of `{test}` will fail?"),
        ),
        None => (text.story.trim_end().to_owned(), text.question.clone()),
    };
    learner.perceive(&Event::Story {
        number: lesson.number,
        title: text.title.clone(),
        story,
        workspace: subject.folder().display().to_string(),
    })?;
    let mistake = own.or_else(|| Mistake::of(lesson, &subject));
    let (choices, truth) = choices(lesson, &subject, mistake.as_ref())?;
    learner.perceive(&Event::Question {
        question,
        choices: choices.clone(),
    })?;
    let chosen = learner.predict(&choices)?;
    learner.perceive(&Event::Prediction {
        chosen: chosen.clone(),
        choices: choices.clone(),
    })?;
    let mut run = Run {
        lesson,
        subject,
        mistake,
        own: is_own,
        learner,
        choices,
        truth,
        recorded: BTreeMap::new(),
    };
    run.steps()?;
    run.close(chosen.as_ref())
}

/// What can be predicted, and what is true as far as the lesson itself says it.
fn choices(
    lesson: &Lesson,
    subject: &Subject,
    mistake: Option<&Mistake>,
) -> Result<(Choices, Chosen), Error> {
    match &lesson.text.predict {
        Predict::Choices { choices, answer } => {
            let places = answer
                .iter()
                .filter_map(|letter| place_of_letter(letter, choices.len()).ok());
            Ok((Choices(choices.clone()), places.collect()))
        }
        Predict::Tests { tests } => {
            let target = mistake.map_or(tests, |mistake| &mistake.test);
            let judged = subject.tests(target)?;
            let names = judged.into_iter().map(|test| test.name).collect();
            Ok((Choices(names), Chosen::new()))
        }
    }
}

impl Run<'_> {
    fn steps(&mut self) -> Result<(), Error> {
        for (place, step) in self.lesson.text.steps.iter().enumerate() {
            let changes_files = matches!(step.action, Action::Write { .. } | Action::Edit { .. });
            if changes_files && self.own {
                // What the lesson would write fits its own example only.
                return Ok(());
            }
            if changes_files && self.subject.leave_here() {
                let folder = self.subject.folder().display();
                self.say(format!(
                    "Your own files stay as they are: the lesson goes on in {folder}."
                ))?;
            }
            self.step(step).map_err(|error| match error {
                Error::Usage(problem) => Error::Usage(format!(
                    "lesson {}, step {}: {problem}",
                    self.lesson.name,
                    place + 1
                )),
                other => other,
            })?;
        }
        Ok(())
    }

    fn say(&mut self, text: String) -> Result<(), Error> {
        self.learner.perceive(&Event::Say { text })
    }

    fn step(&mut self, step: &Step) -> Result<(), Error> {
        if let Some(text) = &step.say {
            self.say(text.clone())?;
        }
        match &step.action {
            Action::CiStage { arguments, exit } => self.ci_stage(arguments, *exit),
            Action::Cargo {
                arguments,
                record,
                show,
            } => self.cargo(arguments, record, *show),
            Action::Mistake { .. } => self.make_mistake(),
            Action::Write {
                file,
                solution,
                exit,
            } => self.write(file, solution, *exit),
            Action::Edit { file, from, to } => self.edit(file, from, to),
            Action::Compare { before, after } => self.compare(before, after),
        }
    }

    fn ci_stage(&mut self, arguments: &[String], exit: u8) -> Result<(), Error> {
        let fill = |argument: &String| match &self.mistake {
            Some(mistake) => mistake.fill(argument),
            None => argument.clone(),
        };
        let arguments: Vec<String> = arguments.iter().map(fill).collect();
        let ran = self.subject.ci_stage(&arguments)?;
        self.show(line(&arguments), &ran)?;
        expect(&line(&arguments), &ran, exit)
    }

    fn show(&mut self, line: String, ran: &Ran) -> Result<(), Error> {
        let output = ran.output.trim_end().to_owned();
        self.learner.perceive(&Event::Command { line, output })
    }

    fn cargo(&mut self, arguments: &[String], record: &str, show: bool) -> Result<(), Error> {
        let line = format!("cargo {}", arguments.join(" "));
        let ran = self.subject.cargo(arguments)?;
        if show {
            self.show(line.clone(), &ran)?;
        }
        expect(&line, &ran, 0)?;
        self.recorded.insert(record.to_owned(), ran.output);
        Ok(())
    }

    fn make_mistake(&mut self) -> Result<(), Error> {
        let Some(Mistake { set, test }) = &self.mistake else {
            return Ok(());
        };
        let arguments = ["mutate", "--set", set, "--test", test].map(str::to_owned);
        let ran = self.subject.ci_stage(&arguments)?;
        self.show(line(&arguments), &ran)?;
        if !matches!(ran.end, End::Exited(0 | 1)) {
            return expect(&line(&arguments), &ran, 1);
        }
        let judged = self.subject.judged(&arguments)?;
        let failed = |name: &String| {
            judged.iter().any(
                |Judged {
                     name: other,
                     failed,
                 }| *failed && other == name,
            )
        };
        let places = self.choices.0.iter().enumerate();
        self.truth = places
            .filter(|(_, name)| failed(name))
            .map(|(place, _)| place)
            .collect();
        Ok(())
    }

    fn write(&mut self, file: &str, solution: &str, exit: u8) -> Result<(), Error> {
        let arguments = ["test".to_owned()];
        let path = self.subject.scratch.path(file);
        while self.learner.write(&path)? {
            let ran = self.subject.ci_stage(&arguments)?;
            self.show(line(&arguments), &ran)?;
            if ran.end == End::Exited(i32::from(exit)) {
                return Ok(());
            }
            self.say(format!(
                "Not yet: the lesson expects exit code {exit}. Change the file and try again."
            ))?;
        }
        let text = self.lesson.files.text(solution).map_err(Error::Usage)?;
        self.subject.scratch.write(file, text)?;
        self.learner.perceive(&Event::Wrote {
            file: file.to_owned(),
            text: text.trim_end().to_owned(),
        })?;
        self.ci_stage(&arguments, exit)
    }

    fn edit(&mut self, file: &str, from: &str, to: &str) -> Result<(), Error> {
        self.subject.scratch.edit(file, from, to)?;
        self.learner.perceive(&Event::Edited {
            file: file.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
        })
    }

    fn compare(&mut self, before: &str, after: &str) -> Result<(), Error> {
        let recorded = |name| self.recorded.get(name).map_or("", String::as_str);
        let changes = Changes::between(recorded(before), recorded(after)).map_err(Error::Usage)?;
        self.learner.perceive(&Event::Compared {
            before: before.to_owned(),
            after: after.to_owned(),
            changes,
        })
    }

    fn close(self, chosen: Option<&Chosen>) -> Result<(), Error> {
        self.learner.perceive(&Event::Graded {
            grade: chosen.map(|chosen| Grade::of(chosen, &self.truth)),
            truth: self.truth,
            choices: self.choices,
        })?;
        if self.own {
            let text = "What follows speaks of the lesson's own example.".to_owned();
            self.learner.perceive(&Event::Say { text })?;
        }
        let explain = &self.lesson.text.explain;
        self.learner.perceive(&Event::Explained {
            why: explain.why.clone(),
            next: explain.next.clone(),
        })
    }
}

/// A lesson that sees something else than its teacher saw stops, instead of explaining what is not.
fn expect(line: &str, ran: &Ran, exit: u8) -> Result<(), Error> {
    match ran.end {
        End::Exited(code) if code == i32::from(exit) => Ok(()),
        End::Exited(7) => Err(Error::Setup(format!(
            "the lesson needs what `{line}` is missing"
        ))),
        End::Exited(code) => Err(Error::Usage(format!(
            "`{line}` ended with exit code {code}, and the lesson expects {exit}"
        ))),
        End::Signal(signal) => Err(Error::Setup(format!(
            "`{line}` was killed by signal {signal}"
        ))),
        End::TimedOut(limit) => Err(Error::TimedOut(format!("`{line}` ran past {limit:?}"))),
    }
}
