//! The reports of a sweep, each rendered from its matrix and the sources that were mutated.

use std::path::Path;

use clap::ValueEnum;

use crate::console;
use crate::error::Error;
use crate::report::{github, write_whole};

mod annotations;
mod html;
mod junit;
mod sources;
mod stryker;
mod summary;
mod survivors;
mod wording;

use super::matrix::Matrix;
pub use sources::Sources;

/// In what form a sweep is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The matrix itself: everything that is known.
    Json,
    /// One page that opens offline: the matrix as a picture, slack intervals, tests, sources.
    Html,
    /// Stryker's mutation-testing-report-schema, for its dashboard and viewers.
    Stryker,
    /// `JUnit` XML: a suite for each constant, a case for each mutant.
    Junit,
    /// GitHub's `::warning` lines, one for each literal with mutants that nobody noticed.
    Annotations,
    /// Markdown for GitHub's step summary.
    Summary,
}

impl Format {
    /// Renders one sweep.
    ///
    /// # Errors
    /// [`Error::Setup`] when the sweep cannot be put into this form.
    pub fn render(self, matrix: &Matrix, sources: &Sources) -> Result<String, Error> {
        match self {
            Self::Json => pretty(matrix),
            Self::Html => html::render(matrix, sources),
            Self::Stryker => pretty(&stryker::report(matrix, sources)),
            Self::Junit => junit::report(matrix),
            Self::Annotations => Ok(github::render(&annotations::of(matrix))),
            Self::Summary => Ok(summary::markdown(matrix)),
        }
    }

    /// The file name under which this report lies beside the matrix.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Json => "matrix.json",
            Self::Html => "mutation.html",
            Self::Stryker => "stryker.json",
            Self::Junit => "junit.xml",
            Self::Annotations => "annotations.txt",
            Self::Summary => "summary.md",
        }
    }
}

/// Writes every report into `folder`, each complete or not at all.
///
/// # Errors
/// Those of [`Format::render`], and [`Error::Io`] when a file cannot be written.
pub fn write_all(matrix: &Matrix, sources: &Sources, folder: &Path) -> Result<(), Error> {
    for format in Format::value_variants() {
        let text = format.render(matrix, sources)?;
        write_whole(&folder.join(format.file_name()), &text)?;
    }
    Ok(())
}

/// Where GitHub runs this: annotates the source and appends to the step's summary.
///
/// # Errors
/// [`Error::Io`] when the summary cannot be written.
pub fn tell_github(matrix: &Matrix, console: console::Format) -> Result<(), Error> {
    let Some(step) = github::Step::of_environment() else {
        return Ok(());
    };
    let mut warnings = annotations::of(matrix);
    for warning in &mut warnings {
        warning.file = step.path_in_repository(Path::new(&matrix.root), &warning.file);
    }
    console.say(github::render(&warnings));
    step.append_summary(&summary::markdown(matrix))
}

fn pretty(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(value)
        .map(|json| json + "\n")
        .map_err(|error| Error::Setup(format!("cannot write JSON: {error}")))
}

#[cfg(test)]
mod tests;
