//! Which stages run, in which order, and what runs beside what.

use crate::cargo::Workspace;
use crate::error::Error;
use crate::settings::Settings;
use crate::stage::{BUILT_IN, DEFAULT, Stage};
use crate::suggest::did_you_mean;

/// What the command line asks for; empty means the whole pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// These stages, in this order, whether they belong to the pipeline or not.
    pub run: Vec<String>,
    /// The pipeline from this stage on.
    pub from: Option<String>,
    /// The pipeline up to and with this stage.
    pub until: Option<String>,
    /// Of these only those.
    pub only: Vec<String>,
    /// All but these.
    pub skip: Vec<String>,
}

/// A stage and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// The stage with which it starts, if not after the one before it.
    pub beside: Option<String>,
}

/// The stages of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// In order.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The plan of one stage.
    #[must_use]
    pub fn of_stage(stage: Stage) -> Self {
        let steps = vec![Step {
            stage,
            beside: None,
        }];
        Self { steps }
    }

    /// The pipeline of the settings, or what is selected of it.
    ///
    /// # Errors
    /// [`Error::Usage`] for a stage that is not there; [`Error::Configuration`] for an order that
    /// is not possible.
    pub fn select(
        workspace: &Workspace,
        settings: &Settings,
        selection: &Selection,
    ) -> Result<Self, Error> {
        let configured = configured(workspace, settings)?;
        let mut names = if selection.run.is_empty() {
            configured.clone()
        } else {
            selection.run.clone()
        };
        let bounds = selection.from.iter().chain(&selection.until);
        let picked = bounds.chain(&selection.only).chain(&selection.skip);
        for name in picked.chain(&selection.run) {
            known(name, settings)?;
        }
        let place = |name: &String| {
            let place = names.iter().position(|stage| stage == name);
            place.ok_or_else(|| {
                let stages = names.join(", ");
                Error::Usage(format!("`{name}` is not a stage of this run: {stages}"))
            })
        };
        let from = selection.from.as_ref().map_or(Ok(0), &place)?;
        let last = names.len().saturating_sub(1);
        let until = selection.until.as_ref().map_or(Ok(last), &place)?;
        for name in &selection.only {
            place(name)?;
        }
        names = names
            .drain(..)
            .enumerate()
            .filter(|(at, _)| (from..=until).contains(at))
            .map(|(_, name)| name)
            .filter(|name| selection.only.is_empty() || selection.only.contains(name))
            .filter(|name| !selection.skip.contains(name))
            .collect();
        if names.is_empty() {
            return Err(Error::Usage(
                "no stage is left: everything was taken out by --from, --until, --only and --skip"
                    .into(),
            ));
        }
        Self::of_names(&names, settings)
    }

    fn of_names(names: &[String], settings: &Settings) -> Result<Self, Error> {
        let steps = names.iter().enumerate().map(|(at, name)| {
            let beside = settings.stage.get(name);
            let beside = beside.and_then(|stage| stage.beside.clone());
            // Where its companion does not run, it runs in its turn.
            let beside = beside.filter(|leader| names[..at].contains(leader));
            let stage = known(name, settings)?;
            Ok(Step { stage, beside })
        });
        let steps = steps.collect::<Result<_, Error>>()?;
        Ok(Self { steps })
    }

    /// The names in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().map(|step| step.stage.name())
    }

    /// Whether a stage rests on the run of the tests.
    #[must_use]
    pub fn is_of_tests(stage: &Stage) -> bool {
        matches!(stage, Stage::Test(_) | Stage::Coverage(_))
    }

    /// Whether tests of the workspace are run.
    #[must_use]
    pub fn runs_tests(&self) -> bool {
        self.has("test") || self.has("coverage")
    }

    /// Whether a stage of this name is part of it.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|stage| stage == name)
    }
}

/// The names of the pipeline's stages, checked.
fn configured(workspace: &Workspace, settings: &Settings) -> Result<Vec<String>, Error> {
    let wrong = |message: String| Error::Configuration {
        file: workspace.manifest(),
        message: format!("[workspace.metadata.ci-stage]: {message}"),
    };
    let defaults = || DEFAULT.map(str::to_owned).to_vec();
    let names = settings.stages.clone().unwrap_or_else(defaults);
    for (at, name) in names.iter().enumerate() {
        known(name, settings).map_err(|error| wrong(format!("stages: {error}")))?;
        if names[..at].contains(name) {
            return Err(wrong(format!("stages: `{name}` stands twice")));
        }
    }
    for (name, stage) in &settings.stage {
        let built_in = BUILT_IN.contains(&name.as_str());
        if built_in && !stage.run.is_empty() {
            return Err(wrong(format!(
                "stage.{name}.run: `{name}` is built in; give your own stage another name"
            )));
        }
        if !built_in && stage.run.is_empty() {
            return Err(wrong(format!(
                "stage.{name}: a stage of your own needs `run`, a list of command lines"
            )));
        }
        let Some(leader) = &stage.beside else {
            continue;
        };
        let place = |wanted: &String| names.iter().position(|name| name == wanted);
        if let Some(own) = place(name)
            && place(leader).is_none_or(|leader| leader >= own)
        {
            return Err(wrong(format!(
                "stage.{name}.beside: `{leader}` must stand before `{name}` in the order of stages"
            )));
        }
    }
    Ok(names)
}

fn known(name: &str, settings: &Settings) -> Result<Stage, Error> {
    Stage::named(name, settings).ok_or_else(|| {
        let own = settings.stage.keys().map(String::as_str);
        let mut names: Vec<&str> = BUILT_IN.into_iter().chain(own).collect();
        names.sort_unstable();
        names.dedup();
        let question = did_you_mean(name, names.iter().copied());
        let names = names.join(", ");
        Error::Usage(format!(
            "no stage is called `{name}`{question}\n  stages: {names}"
        ))
    })
}
