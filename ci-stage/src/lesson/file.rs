//! `lesson.toml`: what a teacher writes, and the door through which it comes in.

use serde::Deserialize;

use super::folder::Folder;
use crate::error::Error;

/// How many lines explain what was seen.
const LINES_OF_WHY: usize = 5;

/// One lesson, checked.
#[derive(Debug, Clone)]
pub(super) struct Lesson {
    /// Its place in the library, from 1.
    pub(super) number: usize,
    /// Its folder's name: `2-late-fee-threshold`.
    pub(super) name: String,
    /// What stands in its `lesson.toml`.
    pub(super) text: LessonFile,
    /// The scratch workspace that it brings.
    pub(super) workspace: Folder,
    /// The lesson's own files: solutions.
    pub(super) files: Folder,
}

/// What stands in a `lesson.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct LessonFile {
    /// A few words.
    pub(super) title: String,
    /// What happened.
    pub(super) story: String,
    /// What the learner is asked to predict.
    pub(super) question: String,
    /// The scratch workspace: a folder in `workspaces/` beside the lessons; without it, the folder
    /// `workspace/` of the lesson.
    #[serde(default)]
    pub(super) workspace: Option<String>,
    /// What can be predicted.
    pub(super) predict: Predict,
    /// When the learner's own workspace can stand in for the scratch one.
    #[serde(default)]
    pub(super) here: Option<Here>,
    /// What is shown, in this order.
    pub(super) steps: Vec<Step>,
    /// What it means.
    pub(super) explain: Explain,
}

/// What can be predicted.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Predict {
    /// Which tests of this target fail for the lesson's mistake. The run itself gives the answer.
    Tests {
        /// The target's name.
        tests: String,
    },
    /// Which of these sentences are true.
    Choices {
        /// The sentences; the first is `a`.
        choices: Vec<String>,
        /// The letters of those that are true.
        answer: Vec<String>,
    },
}

/// When the learner's own workspace can stand in: it has the predicted test target and this constant.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Here {
    /// The constant's name.
    pub(super) constant: String,
}

/// What was seen, explained.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Explain {
    /// Five lines.
    pub(super) why: Vec<String>,
    /// What to try next.
    pub(super) next: Vec<String>,
}

/// One thing that is shown.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Step {
    /// A sentence before it.
    #[serde(default)]
    pub(super) say: Option<String>,
    /// What is done.
    #[serde(flatten)]
    pub(super) action: Action,
}

/// What a step does. From the first step on that changes a file, the lesson goes on in its scratch
/// workspace.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", deny_unknown_fields, rename_all = "kebab-case")]
pub(super) enum Action {
    /// Runs `ci-stage`.
    CiStage {
        /// Its arguments. `{constant}` stands for the constant of the mistake, and `{test}` for the
        /// target that judges it.
        arguments: Vec<String>,
        /// The exit code with which it must end.
        #[serde(default)]
        exit: u8,
    },
    /// Runs cargo, and keeps what it prints under a name.
    Cargo {
        /// Its arguments.
        arguments: Vec<String>,
        /// The name for a later comparison.
        record: String,
        /// Whether what it prints is shown.
        #[serde(default = "yes")]
        show: bool,
    },
    /// Makes a mistake in a constant; the tests that fail answer a question about tests.
    #[serde(rename_all = "kebab-case")]
    Mistake {
        /// `NAME=VALUE`.
        set: String,
        /// The same in the learner's own workspace, where it is written otherwise.
        #[serde(default)]
        set_here: Option<String>,
        /// The test target that judges.
        test: String,
    },
    /// Lets the learner write a file, or writes the lesson's own.
    Write {
        /// Its place in the scratch workspace.
        file: String,
        /// The lesson's own version, in the lesson's folder.
        solution: String,
        /// The exit code of `ci-stage test` with that file.
        #[serde(default)]
        exit: u8,
    },
    /// Replaces a text that stands in a file once.
    Edit {
        /// The file, in the scratch workspace.
        file: String,
        /// What stands there.
        from: String,
        /// What shall stand there.
        to: String,
    },
    /// Compares two recorded tables: the first column names a row, the last is an amount.
    Compare {
        /// The name of the first.
        before: String,
        /// The name of the second.
        after: String,
    },
}

fn yes() -> bool {
    true
}

impl Lesson {
    /// Reads the lesson in the folder `name` of a library.
    pub(super) fn read(library: &Folder, number: usize, name: &str) -> Result<Self, Error> {
        let file = library.path_of(&format!("{name}/lesson.toml"));
        let wrong = |message: String| Error::Configuration {
            file: file.clone(),
            message,
        };
        let files = library.below(name);
        let text = files.text("lesson.toml").map_err(wrong)?;
        let text: LessonFile = toml::from_str(text)
            .map_err(|error: toml::de::Error| wrong(error.to_string().trim_end().to_owned()))?;
        let workspace = match &text.workspace {
            Some(shared) => format!("workspaces/{shared}"),
            None => format!("{name}/workspace"),
        };
        let lesson = Self {
            number,
            name: name.to_owned(),
            workspace: library.below(&workspace),
            text,
            files,
        };
        lesson.check(&workspace).map_err(wrong)?;
        Ok(lesson)
    }

    /// The name without the number that orders it.
    pub(super) fn short_name(&self) -> &str {
        let name = self
            .name
            .trim_start_matches(|letter: char| letter.is_ascii_digit());
        name.strip_prefix('-').unwrap_or(&self.name)
    }

    fn check(&self, workspace: &str) -> Result<(), String> {
        if self.workspace.text("Cargo.toml").is_err() {
            return Err(format!(
                "the scratch workspace {workspace}/ has no Cargo.toml"
            ));
        }
        let lines = self.text.explain.why.len();
        if lines != LINES_OF_WHY {
            return Err(format!(
                "explain.why has {lines} lines, and a lesson explains in {LINES_OF_WHY}"
            ));
        }
        self.check_answer()?;
        let mut recorded = Vec::new();
        for (place, step) in self.text.steps.iter().enumerate() {
            let at = format!("step {}", place + 1);
            self.check_step(&step.action, &mut recorded)
                .map_err(|problem| format!("{at}: {problem}"))?;
        }
        Ok(())
    }

    fn check_answer(&self) -> Result<(), String> {
        match &self.text.predict {
            Predict::Choices { choices, answer } => {
                for letter in answer {
                    super::prediction::place_of_letter(letter, choices.len())?;
                }
                Ok(())
            }
            Predict::Tests { tests } => {
                let is_mistake = |step: &Step| matches!(step.action, Action::Mistake { .. });
                match self
                    .text
                    .steps
                    .iter()
                    .filter(|step| is_mistake(step))
                    .count()
                {
                    1 => Ok(()),
                    count => Err(format!(
                        "predict.tests = \"{tests}\" is answered by the one step with do = \"mistake\", \
                         and there are {count}"
                    )),
                }
            }
        }
    }

    fn check_step<'a>(
        &'a self,
        action: &'a Action,
        recorded: &mut Vec<&'a str>,
    ) -> Result<(), String> {
        match action {
            Action::Write { solution, .. } => self.files.text(solution).map(drop),
            Action::Cargo { record, .. } => {
                recorded.push(record);
                Ok(())
            }
            Action::Compare { before, after } => {
                let unknown = [before, after]
                    .into_iter()
                    .find(|name| !recorded.contains(&name.as_str()));
                match unknown {
                    Some(name) => Err(format!(
                        "nothing was recorded as \"{name}\" before this step"
                    )),
                    None => Ok(()),
                }
            }
            Action::Edit { file, .. } => self.workspace.text(file).map(drop),
            Action::CiStage { .. } | Action::Mistake { .. } => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
