//! The files of CI servers, generated: they only call `ci-stage`, so there is nothing to debug by
//! pushing.

use std::fs;
use std::path::{Path, PathBuf};

use minijinja::{Environment, Value, context};

use crate::cargo::Workspace;
use crate::error::Error;
use crate::plan::{Plan, Selection};
use crate::report::write_whole;
use crate::settings::{Approval, ApprovedBy, EnvironmentSettings, Settings};

/// A CI server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Provider {
    /// .github/workflows/ci.yml and deploy.yml
    Github,
    /// .gitlab-ci.yml
    Gitlab,
    /// .circleci/config.yml
    Circleci,
    /// Jenkinsfile
    Jenkins,
    /// .travis.yml
    Travis,
}

impl Provider {
    /// Where the server looks for its files, from the root, and their templates. What deploys stands
    /// last, so that a workspace without environments has no such file.
    fn templates(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Github => &[
                (".github/workflows/ci.yml", include_str!("github.yml")),
                (
                    ".github/workflows/deploy.yml",
                    include_str!("github_deploy.yml"),
                ),
            ],
            Self::Gitlab => &[(".gitlab-ci.yml", include_str!("gitlab.yml"))],
            Self::Circleci => &[(".circleci/config.yml", include_str!("circleci.yml"))],
            Self::Jenkins => &[("Jenkinsfile", include_str!("Jenkinsfile"))],
            Self::Travis => &[(".travis.yml", include_str!("travis.yml"))],
        }
    }

    /// The files for a workspace: their places from the root, and their texts.
    ///
    /// # Errors
    /// [`Error::Setup`] when a template does not fit its values.
    pub fn generate(
        self,
        workspace: &Workspace,
        settings: &Settings,
    ) -> Result<Vec<(&'static Path, String)>, Error> {
        let order = in_order(settings);
        for (name, _) in &order {
            is_a_job_s_name(workspace, name)?;
        }
        let mut before = "pipeline".to_owned();
        let mut environments: Vec<Value> = Vec::new();
        for (name, own) in &order {
            let reviewed =
                own.approval != Approval::Never && own.approved_by == ApprovedBy::Provider;
            let job = (*name).clone();
            // On GitHub the pipeline is a workflow of its own.
            let pipeline = (self != Self::Github).then(|| "pipeline".to_owned());
            let earlier = Some(before).filter(|before| before != "pipeline");
            let needs: Vec<String> = pipeline.into_iter().chain(earlier).collect();
            environments.push(context! {
                name => (*name).clone(),
                job => job.clone(),
                needs => needs,
                reviewed => reviewed,
                approval => own.approval != Approval::Never,
            });
            before = job;
        }
        let folders = order.iter().filter_map(|(_, own)| own.folder.as_ref());
        // Only a folder in the checkout is thrown away with it.
        let folders = folders.filter(|folder| folder.is_relative());
        let folders: Vec<String> = folders.map(|folder| folder.display().to_string()).collect();
        let cannot = |error: minijinja::Error| {
            Error::Setup(format!("cannot write the server's file: {error:#}"))
        };
        let pipeline = Plan::select(workspace, settings, &Selection::default())?;
        let mut steps = steps(&pipeline);
        if settings.provider.shards > 1 {
            steps = steps.into_iter().flat_map(apart).collect();
        }
        let values = context! {
            environments => environments,
            steps => steps,
            folders => folders,
            command => command(workspace),
            install => settings.provider.install.clone(),
            branch => settings.provider.branch.clone(),
            rust => rust(workspace),
            shards => settings.provider.shards,
            mutate => settings.provider.mutate,
        };
        let mut templates = self.templates();
        if let ([pipeline, _], true) = (templates, order.is_empty()) {
            templates = std::slice::from_ref(pipeline);
        }
        let renderer = renderer();
        let texts = templates.iter().map(|(file, template)| {
            let text = renderer.render_str(template, &values);
            let text = text.map_err(cannot)?;
            Ok((Path::new(*file), text.trim_end().to_owned() + "\n"))
        });
        texts.collect()
    }

    /// Writes the files and gives their places.
    ///
    /// # Errors
    /// Those of [`Provider::generate`], and [`Error::Io`].
    pub fn write(self, workspace: &Workspace, settings: &Settings) -> Result<Vec<PathBuf>, Error> {
        let mut written = Vec::new();
        for (file, text) in self.generate(workspace, settings)? {
            let file = workspace.root().join(file);
            write_whole(&file, &text)?;
            written.push(file);
        }
        Ok(written)
    }

    /// Refuses a file that is not what would be generated, otherwise gives the places of all.
    ///
    /// # Errors
    /// [`Error::Gate`] with the first line that differs; those of [`Provider::generate`].
    pub fn check(
        self,
        workspace: &Workspace,
        settings: &Settings,
    ) -> Result<Vec<&'static Path>, Error> {
        let mut checked = Vec::new();
        for (file, wanted) in self.generate(workspace, settings)? {
            is_as_wanted(workspace, file, &wanted)?;
            checked.push(file);
        }
        Ok(checked)
    }
}

/// A server's file names a job after each environment.
fn is_a_job_s_name(workspace: &Workspace, name: &str) -> Result<(), Error> {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
    if name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && name.chars().all(fits) {
        return Ok(());
    }
    Err(Error::Configuration {
        file: workspace.manifest(),
        message: format!(
            "[workspace.metadata.ci-stage]: environments.{name}: CI servers name a job after it; \
             begin with a letter, and use letters, digits, `-` and `_` alone"
        ),
    })
}

/// What the templates are written with.
fn renderer() -> Environment<'static> {
    let mut renderer = Environment::new();
    renderer.add_filter("quoted", |line: &str| {
        serde_json::Value::from(line).to_string()
    });
    renderer.add_filter("in_single_quotes", |line: &str| {
        line.replace('\\', "\\\\").replace('\'', "\\'")
    });
    renderer.add_filter("indented", |text: &str, by: &str| {
        let lines = text.split('\n').map(|line| match line {
            "" => String::new(),
            line => format!("{by}{line}"),
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    renderer
}

fn is_as_wanted(workspace: &Workspace, file: &Path, wanted: &str) -> Result<(), Error> {
    let found = fs::read_to_string(workspace.root().join(file)).unwrap_or_default();
    if found == wanted {
        return Ok(());
    }
    let mut lines = wanted.lines().zip(found.lines()).zip(1..);
    let differs = lines.find(|((wanted, found), _)| wanted != found);
    let (what, line) = differs.map_or_else(
        || ("it ends too early or too late".to_owned(), 0),
        |((wanted, _), line)| (format!("`{}` is expected", wanted.trim()), line),
    );
    let place = if line == 0 {
        String::new()
    } else {
        format!(":{line}")
    };
    Err(Error::Gate(format!(
        "{}{place}: {what}; `ci-stage provider generate` writes it anew",
        file.display()
    )))
}

/// The stages of the pipeline, those of a step together: what one run does for both test and
/// coverage it does once, and what runs beside another starts with it.
fn steps(pipeline: &Plan) -> Vec<Vec<String>> {
    let mut steps: Vec<Vec<String>> = Vec::new();
    for step in &pipeline.steps {
        let name = step.stage.name();
        let leader = match name {
            "coverage" => Some("test"),
            _ => step.beside.as_deref(),
        };
        let holds = |stages: &Vec<String>| stages.iter().any(|stage| Some(&**stage) == leader);
        let together = steps.iter().position(holds);
        let mut stages = steps.split_off(together.unwrap_or(steps.len())).concat();
        stages.push(name.to_owned());
        steps.push(stages);
    }
    steps
}

/// What the shards of the tests stand for, and what else one run would have done with it.
fn apart(step: Vec<String>) -> Vec<Vec<String>> {
    let is_of_tests = |stage: &String| matches!(stage.as_str(), "test" | "coverage");
    let (merged, rest): (Vec<String>, Vec<String>) = step.into_iter().partition(is_of_tests);
    [merged, rest]
        .into_iter()
        .filter(|stages| !stages.is_empty())
        .collect()
}

/// What comes after another stands behind it.
fn in_order(settings: &Settings) -> Vec<(&String, &EnvironmentSettings)> {
    let mut order: Vec<(&String, &EnvironmentSettings)> = Vec::new();
    let mut waiting: Vec<_> = settings.environments.iter().collect();
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|(_, own)| {
            let after = own.after.as_ref();
            after.is_none_or(|after| order.iter().any(|(name, _)| *name == after))
        });
        // A circle has no order; each command of delivery says so.
        order.push(waiting.remove(ready.unwrap_or(0)));
    }
    order
}

/// How ci-stage is called: a workspace that holds it builds it.
fn command(workspace: &Workspace) -> &'static str {
    let packages = workspace.packages();
    if packages
        .iter()
        .any(|package| package.name.as_str() == "ci-stage")
    {
        "cargo run --quiet -p ci-stage --"
    } else {
        "ci-stage"
    }
}

/// The oldest Rust that the members ask for.
fn rust(workspace: &Workspace) -> String {
    let packages = workspace.packages();
    let versions = packages
        .iter()
        .filter_map(|package| package.rust_version.clone());
    versions.max().map_or_else(
        || "1".into(),
        |version| format!("{}.{}", version.major, version.minor),
    )
}

#[cfg(test)]
mod tests;
