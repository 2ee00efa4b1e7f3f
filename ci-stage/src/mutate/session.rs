//! One call of `ci-stage mutate`, from the command line to the exit code.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use super::cli::{Arguments, SlackOf};
use super::judge::{self, milliseconds};
use super::lab::{Judges, Lab};
use super::matrix::{Counts, Matrix, Mutant, SCHEMA_VERSION, Slack, Tool, Verdict};
use super::operators::{OPERATORS, Operator};
use super::prepare::{Mutated, prepare};
use super::report::{self, Sources};
use super::runner::Runner;
use super::select::{Selection, changed_since};
use super::set::{self, Answer};
use super::state::{BuiltCopy, State};
use super::{gate, inputs, show, slack, tree, verify};
use crate::cargo::{TestScope, Workspace};
use crate::console::{Format, complain, print};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::parallel;
use crate::transcript::{closing, heading};

/// Does what the arguments ask. `scope` is what `--test` names.
///
/// # Errors
/// Those of the steps; their exit codes are the command's.
pub(crate) fn run(
    workspace: &Workspace,
    arguments: &Arguments,
    scope: TestScope,
    format: Format,
) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let mutated = arguments.mutated()?;
    if arguments.list {
        format.say(show::list(workspace, &scope, &mutated)?);
        return Ok(ExitCode::Passed);
    }
    let judges = Judges {
        scope,
        extra: arguments.features(),
    };
    let lab = Lab::open(workspace, judges.clone())?;
    let jobs = arguments.jobs.map_or_else(parallel::cores, usize::from);
    let session = Session {
        inputs: inputs::hash(&lab, &judges, &mutated)?,
        workspace,
        arguments,
        lab: &lab,
        jobs,
        format,
        started,
    };
    let (state, runner) = session.state(&mutated)?;
    let runner = runner.as_ref();
    let code = match (&arguments.set, arguments.slack_of()) {
        (Some(assignment), _) => session.set(&state, runner, assignment, &judges),
        (None, Some(wanted)) => session.slack_alone(&state, runner, &wanted),
        (None, None) => session.sweep(&state, runner),
    };
    let _ = std::fs::remove_dir_all(lab.path("tmp"));
    code
}

struct Session<'a> {
    inputs: String,
    workspace: &'a Workspace,
    arguments: &'a Arguments,
    lab: &'a Lab,
    jobs: usize,
    format: Format,
    started: Instant,
}

impl Session<'_> {
    /// The state of the last run if nothing has changed since, otherwise a new one.
    fn state(&self, mutated: &Mutated<'_>) -> Result<(State, Option<Runner>), Error> {
        let path = self.lab.path("state.json");
        let known: State = tree::load(&path);
        let state = if known.inputs == self.inputs && !self.arguments.no_cache {
            known
        } else {
            // From here on the build on the disk is no longer the one that the state describes.
            let _ = std::fs::remove_file(&path);
            let say = |step: &str| self.progress(step);
            let mut state = prepare(
                self.lab,
                self.workspace,
                mutated,
                &self.inputs,
                self.jobs,
                &say,
            )?;
            state.inputs.clone_from(&self.inputs);
            tree::store(&path, &state)?;
            state
        };
        let runner = state
            .schema
            .as_ref()
            .map(|copy| restore(&state, copy, &self.lab.path("tmp")));
        Ok((state, runner.transpose()?))
    }

    fn progress(&self, step: &str) {
        use std::io::IsTerminal;
        if std::io::stderr().is_terminal() {
            complain(format_args!("{:>6.1?}  {step}", self.started.elapsed()));
        }
    }

    fn set(
        &self,
        state: &State,
        runner: Option<&Runner>,
        assignment: &set::Assignment,
        judges: &Judges,
    ) -> Result<ExitCode, Error> {
        match set::set(self.lab, state, runner, assignment, self.jobs)? {
            Answer::Transcript(transcript) => {
                self.format.say(&transcript);
                if self.format == Format::Json {
                    print(json(&transcript)?);
                }
                Ok(transcript.exit_code())
            }
            Answer::DoesNotBuild(errors) => {
                let name = match &judges.scope {
                    TestScope::Workspace => "workspace",
                    TestScope::Package(name) | TestScope::TestTarget(name) => name,
                };
                self.format.say(heading(name));
                self.format.say(errors);
                self.format.say(closing(ExitCode::DoesNotBuild));
                Ok(ExitCode::DoesNotBuild)
            }
        }
    }

    fn sweep(&self, state: &State, runner: Option<&Runner>) -> Result<ExitCode, Error> {
        let path = self.lab.results.join("matrix.json");
        let selection = self.arguments.selected();
        let question = tree::hash_of(format!("{} {selection:?}", self.inputs).as_bytes());
        let last = Matrix::read(&path)
            .ok()
            .filter(|matrix| matrix.inputs == question);
        let matrix = if let Some(matrix) = last.filter(|_| !self.arguments.no_cache) {
            complain(format_args!(
                "nothing has changed since {}: this is the answer of then (--no-cache asks again)",
                matrix.started
            ));
            matrix
        } else {
            let matrix = self.matrix(state, runner, question, selection)?;
            let sources = Sources::read(&matrix, self.workspace.root())?;
            report::write_all(&matrix, &sources, &self.lab.results)?;
            matrix
        };
        match self.format {
            Format::Text => print(show::matrix(&matrix).trim_end()),
            Format::Json => print(json(&matrix)?),
        }
        report::tell_github(&matrix, self.format)?;
        complain(format_args!(
            "reports: {}",
            self.lab
                .results
                .join(report::Format::Html.file_name())
                .display()
        ));
        Ok(gate::verdict(
            &matrix,
            self.arguments.fail_under,
            self.arguments.max_survivors,
        ))
    }

    fn matrix(
        &self,
        state: &State,
        runner: Option<&Runner>,
        question: String,
        selection: Vec<String>,
    ) -> Result<Matrix, Error> {
        let begun = jiff::Timestamp::now();
        let chosen = self.selection()?.mutants(state)?;
        self.progress("judging the mutants");
        let mutants = judge::judge(self.lab, state, runner, &chosen, self.jobs)?;
        self.progress("looking for slack");
        let slack = self.slack(state, runner, &mutants)?;
        let say = |step: &str| self.progress(step);
        let verification = match self.arguments.verify {
            Some(sample) => Some(verify::verify(
                self.lab, state, &mutants, sample, self.jobs, &say,
            )?),
            None => None,
        };
        Ok(Matrix {
            schema_version: SCHEMA_VERSION.to_owned(),
            tool: Tool {
                name: "ci-stage".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            root: self.workspace.root().display().to_string(),
            started: begun.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            duration_ms: milliseconds(self.started.elapsed()),
            inputs: question,
            selection,
            constants: state.constants.clone(),
            counts: Counts::of(&mutants),
            mutants,
            tests: state.tests.clone(),
            slack,
            skipped: state.skipped.clone(),
            verification,
        })
    }

    fn selection(&self) -> Result<Selection, Error> {
        let mut constants = self.arguments.constants.clone();
        if let Some(SlackOf::One(name)) = self.arguments.slack_of() {
            constants.push(
                name.split(['.', '[', '#'])
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            );
        }
        let revision = self.arguments.in_diff.as_deref();
        let changed = revision.map(|revision| changed_since(self.workspace.root(), revision));
        Ok(Selection {
            packages: self.arguments.packages.clone(),
            files: self.arguments.files.clone(),
            constants,
            changed: changed.transpose()?,
        })
    }

    /// The intervals of all chosen constants where that is quick, otherwise of those with a mutant
    /// that nobody noticed.
    fn slack(
        &self,
        state: &State,
        runner: Option<&Runner>,
        mutants: &[Mutant],
    ) -> Result<Vec<Slack>, Error> {
        const QUICK_MS: u64 = 200;
        let cost = |constant: usize| -> u64 {
            let readers = state.readers.get(&constant).into_iter().flatten();
            readers.map(|test| state.tests[*test].baseline_ms).sum()
        };
        let worth_it = |mutant: &&Mutant| {
            matches!(mutant.verdict, Verdict::Survived) || cost(mutant.constant) < QUICK_MS
        };
        let wanted = mutants.iter().filter(worth_it);
        let wanted: BTreeSet<usize> = wanted.map(|mutant| mutant.constant).collect();
        let (quick, _) = slack::candidates(state, &wanted, None);
        match runner {
            Some(runner) => slack::intervals(state, runner, &quick, self.jobs),
            None => Ok(Vec::new()),
        }
    }

    /// Nothing but the intervals that were asked for.
    fn slack_alone(
        &self,
        state: &State,
        runner: Option<&Runner>,
        wanted: &SlackOf<'_>,
    ) -> Result<ExitCode, Error> {
        let selection = self.selection()?;
        selection.check_names(state)?;
        let constants = state.constants.iter();
        let chosen = constants.filter(|constant| selection.takes_constant(constant));
        let chosen: BTreeSet<usize> = chosen.map(|constant| constant.id).collect();
        let only = match wanted {
            SlackOf::One(name) => Some(*name),
            SlackOf::Everything => None,
        };
        let (quick, slow) = slack::candidates(state, &chosen, only);
        let mut found = match runner {
            Some(runner) => slack::intervals(state, runner, &quick, self.jobs)?,
            None => Vec::new(),
        };
        if only.is_some() {
            found.extend(slack::intervals_by_edits(
                self.lab, state, &slow, self.jobs,
            )?);
        }
        match self.format {
            Format::Json => print(json(&found)?),
            Format::Text if found.is_empty() => complain("no test reads such a number"),
            Format::Text => found
                .iter()
                .for_each(|slack| print(show::slack_line(slack))),
        }
        Ok(ExitCode::Passed)
    }
}

fn json(answer: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(answer).map_err(|error| Error::Setup(error.to_string()))
}

fn restore(state: &State, copy: &BuiltCopy, temporary: &Path) -> Result<Runner, Error> {
    let workspace = Workspace::find(Some(&copy.manifest))?;
    let mut runner = Runner::of(workspace, copy.built.clone(), copy.cases.clone(), temporary)?;
    runner.apart.clone_from(&copy.apart);
    runner.baseline = state
        .tests
        .iter()
        .map(|test| std::time::Duration::from_millis(test.baseline_ms))
        .collect();
    Ok(runner)
}

/// The operators that are on: the usual ones, or those that are named.
pub(super) fn operators(
    wanted: &[String],
    unwanted: &[String],
) -> Result<Vec<&'static Operator>, Error> {
    for name in wanted.iter().chain(unwanted) {
        if !OPERATORS.iter().any(|operator| operator.name == name) {
            let known: Vec<&str> = OPERATORS.iter().map(|operator| operator.name).collect();
            return Err(Error::Usage(format!(
                "no operator is called `{name}`; there are {}",
                known.join(", ")
            )));
        }
    }
    let named =
        |list: &[String], operator: &Operator| list.iter().any(|name| name == operator.name);
    let on = |operator: &&Operator| {
        let usual = operator.default && wanted.is_empty();
        (usual || named(wanted, operator)) && !named(unwanted, operator)
    };
    Ok(OPERATORS.iter().filter(on).collect())
}
