//! The reports: each is rendered from the one verdict.

use std::fs;
use std::path::PathBuf;

use super::{cobertura, html, junit, markdown, sarif, terminal, workflow};
use crate::cargo::Workspace;
use crate::error::Error;
use crate::verdict::Verdict;

/// A form in which the verdict is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// The last screen and the table
    Text,
    /// Tests, for GitLab, Jenkins and Circle CI
    Junit,
    /// Coverage, for GitLab and Jenkins
    Cobertura,
    /// Coverage, for Codecov and editors
    Lcov,
    /// What tools said of the source, for code scanning
    Sarif,
    /// Workflow commands that GitHub shows in a pull request
    Github,
    /// The page of a GitHub job
    StepSummary,
    /// One page for a browser that needs no network
    Html,
}

/// What reports are made of.
#[derive(Debug)]
pub struct Material<'a> {
    /// The verdict.
    pub verdict: &'a Verdict,
    /// The workspace's root.
    pub root: PathBuf,
    /// The lines that ran, as llvm-cov wrote them; empty where coverage was not measured.
    pub lcov: String,
    /// The page of the mutation sweep, where there is one.
    pub mutation: Option<PathBuf>,
}

impl<'a> Material<'a> {
    /// Collects it from the target folder.
    #[must_use]
    pub fn of(workspace: &Workspace, verdict: &'a Verdict) -> Self {
        let folder = workspace.target_directory().join("ci");
        let measured = verdict
            .stages
            .iter()
            .any(|stage| stage.findings.coverage.is_some());
        let lcov = fs::read_to_string(folder.join("coverage.lcov")).ok();
        let pages = [
            "mutate/report.html",
            "mutation.html",
            "mutate/mutation.html",
        ];
        let pages = pages.map(PathBuf::from);
        Self {
            verdict,
            root: workspace.root().to_path_buf(),
            lcov: lcov.filter(|_| measured).unwrap_or_default(),
            mutation: pages.into_iter().find(|page| folder.join(page).exists()),
        }
    }
}

impl Kind {
    /// The name of its file below `target/ci`.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Text => "report.txt",
            Self::Junit => "junit.xml",
            Self::Cobertura => "cobertura.xml",
            Self::Lcov => "lcov.info",
            Self::Sarif => "report.sarif",
            Self::Github => "annotations.txt",
            Self::StepSummary => "summary.md",
            Self::Html => "report.html",
        }
    }

    /// Renders the verdict.
    ///
    /// # Errors
    /// [`Error::Setup`] when a format cannot hold what was found.
    pub fn render(self, material: &Material<'_>) -> Result<String, Error> {
        let verdict = material.verdict;
        match self {
            Self::Text => Ok(text(verdict)),
            Self::Junit => junit::render(verdict),
            Self::Cobertura => cobertura::render(material),
            Self::Lcov => Ok(material.lcov.clone()),
            Self::Sarif => sarif::render(verdict),
            Self::Github => Ok(workflow::annotations(verdict, &[])),
            Self::StepSummary => Ok(markdown::render(verdict)),
            Self::Html => html::render(material),
        }
    }
}

fn text(verdict: &Verdict) -> String {
    let mut text = String::new();
    if let Some(red) = verdict.red() {
        text.push_str(&terminal::last_screen(red));
    }
    if !verdict.lowered_gates.is_empty() {
        text.push_str(&terminal::lowered(&verdict.lowered_gates));
        text.push('\n');
    }
    text + &terminal::summary(verdict) + "\n"
}
