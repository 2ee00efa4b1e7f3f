//! `ci-stage lesson`: what was asked for, and doing it.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::library::Library;
use super::mistake::Mistake;
use super::page;
use super::prompt;
use super::run::run;
use super::scratch::Scratch;
use super::skeleton;
use super::subject::Subject;
use super::tell::Terminal;
use crate::cargo::Workspace;
use crate::console::print;
use crate::error::Error;
use crate::exit::ExitCode;

/// Predict what the pipeline will do, see it, and learn why.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
    ci-stage lesson                          the lessons that there are
    ci-stage lesson 2                        asks for a prediction, then shows what happens
    ci-stage lesson 3 --predict a,b          predicts without being asked
    ci-stage lesson 3 --set RATE=7 --test billing
                                             the same lesson about your own constant and tests
    ci-stage lesson --html lessons.html      all lessons as a page on which one ticks predictions
    ci-stage lesson new 6-rounding           a lesson of your own, in ./lessons
    ci-stage lesson --lessons lessons 1      runs it"
)]
pub struct LessonCommand {
    #[command(subcommand)]
    action: Option<LessonAction>,
    /// The lesson's number or name [default: list them]
    #[arg(value_name = "LESSON")]
    which: Option<String>,
    /// The prediction: letters or names of choices, or `none`
    #[arg(
        long,
        value_name = "A,B",
        value_delimiter = ',',
        requires = "which",
        conflicts_with = "html"
    )]
    predict: Option<Vec<String>>,
    /// A mistake in your own workspace instead of the lesson's, for a lesson about failing tests
    #[arg(long, value_name = "NAME=VALUE", requires = "test", requires = "which")]
    set: Option<String>,
    /// The test target of your own workspace that judges that mistake
    #[arg(long, value_name = "TARGET", requires = "set")]
    test: Option<String>,
    /// Write the lesson, or all of them, as one page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// A folder of lessons in place of the built-in ones
    #[arg(long, value_name = "DIR")]
    lessons: Option<PathBuf>,
    /// Where scratch workspaces are made [default: target/ci/lessons]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum LessonAction {
    /// Make a lesson to start from
    New {
        /// Its name; a number in front orders it: 6-rounding
        name: String,
        /// The folder of lessons to put it in
        #[arg(long, value_name = "DIR", default_value = "lessons")]
        lessons: PathBuf,
    },
}

impl LessonCommand {
    /// Does what was asked for. `own` is the learner's workspace, if there is one.
    ///
    /// # Errors
    /// [`Error::Usage`] for a lesson, choice or mistake that does not exist, [`Error::Configuration`]
    /// for a lesson that is written wrongly, and those of the commands that a lesson runs.
    pub fn run(&self, own: Option<&Workspace>) -> Result<ExitCode, Error> {
        if let Some(LessonAction::New { name, lessons }) = &self.action {
            return make(lessons, name);
        }
        let library = Library::open(self.lessons.as_deref())?;
        let chosen = self
            .which
            .as_deref()
            .map(|which| library.find(which))
            .transpose()?;
        if let Some(file) = &self.html {
            let lessons = chosen.map_or(library.lessons.iter().collect(), |lesson| vec![lesson]);
            let places = self.scratch_folder(own)?;
            let text = page::of(&lessons, |lesson| {
                Ok(Subject::of(lesson, Scratch::make(lesson, &places)?, own))
            })?;
            crate::report::write_whole(file, &text)?;
            print(format_args!("wrote {}", file.display()));
            return Ok(ExitCode::Passed);
        }
        let Some(lesson) = chosen else {
            list(&library);
            return Ok(ExitCode::Passed);
        };
        let scratch = Scratch::make(lesson, &self.scratch_folder(own)?)?;
        let mistake = self.own_mistake();
        let subject = match (&mistake, own) {
            (None, own) => Subject::of(lesson, scratch, own),
            (Some(_), Some(own)) => Subject::own(scratch, own),
            (Some(_), None) => {
                return Err(Error::Usage(
                    "--set speaks of your own workspace, and there is none here".to_owned(),
                ));
            }
        };
        let mut learner = Terminal {
            predicted: self.predict.clone(),
            interactive: self.predict.is_none() && prompt::somebody_is_there(),
        };
        run(lesson, subject, mistake, &mut learner)?;
        Ok(ExitCode::Passed)
    }

    fn own_mistake(&self) -> Option<Mistake> {
        Some(Mistake {
            set: self.set.clone()?,
            test: self.test.clone()?,
        })
    }

    fn scratch_folder(&self, own: Option<&Workspace>) -> Result<PathBuf, Error> {
        let target = own.map_or(Path::new("target"), Workspace::target_directory);
        let folder = self
            .scratch
            .clone()
            .unwrap_or_else(|| target.join("ci/lessons"));
        std::path::absolute(&folder).map_err(Error::io("find", &folder))
    }
}

fn make(lessons: &Path, name: &str) -> Result<ExitCode, Error> {
    let place = skeleton::make(lessons, name)?;
    print(format_args!(
        "made {}\nrun it: ci-stage lesson --lessons {} {name}",
        place.display(),
        lessons.display()
    ));
    Ok(ExitCode::Passed)
}

fn list(library: &Library) {
    for lesson in &library.lessons {
        print(format_args!("{:>2}  {}", lesson.number, lesson.text.title));
    }
    print("\n`ci-stage lesson 1` runs the first.");
}
