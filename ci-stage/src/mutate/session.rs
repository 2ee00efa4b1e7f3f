//! One call of `ci-stage mutate`, from the command line to the exit code.

mod leave;
mod slack;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use super::cli::{Arguments, SlackOf};
use super::gate::Gates;
use super::judge::{self, milliseconds};
use super::lab::{Judges, Lab};
use super::matrix::{Counts, Matrix, SCHEMA_VERSION, Tool};
use super::prepare::{Mutated, prepare};
use super::report::{self, Sources};
use super::runner::Runner;
use super::select::{Selection, changed_since};
use super::set::{self, Answer};
use super::share::Share;
use super::state::{BuiltCopy, State};
use super::{gate, inputs, show, tree, verify};
use crate::cargo::{TestScope, Workspace};
use crate::console::{Format, complain, print};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::parallel;
use crate::settings::Settings;
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
    let sharding = arguments.sharding(workspace)?;
    if arguments.list {
        format.say(show::list(workspace, &scope, &mutated)?);
        return Ok(ExitCode::Passed);
    }
    check_features(workspace, &arguments.named_features())?;
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
    match (&arguments.set, arguments.slack_of()) {
        (Some(assignment), _) => session.set(&state, runner, assignment, &judges),
        (None, Some(wanted)) => session.slack_alone(&state, runner, &wanted),
        (None, None) => match &sharding {
            Some(sharding) => session.share(&state, runner, sharding),
            None => session.sweep(&state, runner),
        },
    }
}

/// Cargo would call a wrong name an error of the build.
fn check_features(workspace: &Workspace, names: &[&str]) -> Result<(), Error> {
    let packages = workspace.packages();
    let features = packages
        .iter()
        .flat_map(|package| package.features.keys().map(String::as_str));
    let known: BTreeSet<&str> = features.collect();
    let is_known = |name: &&&str| known.contains(name.rsplit('/').next().unwrap_or(name));
    match names.iter().find(|name| !is_known(name)) {
        // A dependency's feature is cargo's to check.
        Some(name) if !name.contains('/') => Err(Error::Usage(format!(
            "no package has a feature called `{name}`; there are: {}",
            known.into_iter().collect::<Vec<_>>().join(", ")
        ))),
        _ => Ok(()),
    }
}

/// Which mutants a sweep is about, and which of them are this machine's.
struct Sweep {
    chosen: BTreeSet<u32>,
    share: Option<Share>,
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
            .map(|copy| restore(&state, copy, self.lab));
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
        let question = self.question();
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
            let sweep = Sweep {
                chosen: self.chosen(state)?,
                share: None,
            };
            let matrix = self.matrix(state, runner, &sweep, question)?;
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
        let gates = Gates {
            fail_under: self.arguments.fail_under,
            max_survivors: self.arguments.max_survivors,
        };
        let set = Settings::read(self.workspace)?.mutate.gates();
        Ok(gate::verdict(&matrix, gates.or(set)))
    }

    /// The hash of what was asked, of what.
    fn question(&self) -> String {
        let selection = self.arguments.selected();
        tree::hash_of(format!("{} {selection:?}", self.inputs).as_bytes())
    }

    fn chosen(&self, state: &State) -> Result<BTreeSet<u32>, Error> {
        let chosen = self.selection()?.mutants(state)?;
        if chosen.is_empty() {
            complain(self.why_nothing());
        }
        Ok(chosen)
    }

    fn matrix(
        &self,
        state: &State,
        runner: Option<&Runner>,
        sweep: &Sweep,
        question: String,
    ) -> Result<Matrix, Error> {
        let begun = jiff::Timestamp::now();
        let mine = sweep.share.as_ref().map(Share::mine);
        let chosen = mine.as_ref().unwrap_or(&sweep.chosen);
        self.progress("judging the mutants");
        let mutants = judge::judge(self.lab, state, runner, chosen, self.jobs)?;
        self.progress("looking for slack");
        let slack = self.slack(state, runner, sweep, &mutants)?;
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
            selection: self.arguments.selected(),
            constants: state.constants.clone(),
            counts: Counts::of(&mutants),
            mutants,
            tests: state.tests.clone(),
            slack,
            skipped: state.skipped.clone(),
            verification,
        })
    }

    fn why_nothing(&self) -> String {
        match &self.arguments.in_diff {
            Some(revision) => format!(
                "nothing to mutate: since {revision} no constant has changed, and no test that reads one"
            ),
            None => "nothing to mutate: what was chosen is not compiled with these features, or \
                     holds nothing that an operator changes"
                .to_owned(),
        }
    }

    /// The files that were named, from the workspace's root.
    fn files(&self) -> Vec<String> {
        let root = self.workspace.root();
        let relative = |file: &String| {
            let below = Path::new(file).strip_prefix(root).ok();
            below.map_or_else(|| file.clone(), |below| below.display().to_string())
        };
        self.arguments.files.iter().map(relative).collect()
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
            files: self.files(),
            constants,
            changed: changed.transpose()?,
        })
    }
}

fn json(answer: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(answer).map_err(|error| Error::Setup(error.to_string()))
}

fn restore(state: &State, copy: &BuiltCopy, lab: &Lab) -> Result<Runner, Error> {
    let workspace = Workspace::find(Some(&copy.manifest))?;
    let mut runner = Runner::of(workspace, copy.built.clone(), copy.cases.clone(), lab)?;
    runner.apart.clone_from(&copy.apart);
    runner.baseline = state
        .tests
        .iter()
        .map(|test| std::time::Duration::from_millis(test.baseline_ms))
        .collect();
    Ok(runner)
}
