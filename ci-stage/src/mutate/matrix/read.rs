//! The door through which a stored matrix comes back in.

use std::path::Path;

use super::{ConstantId, Matrix, SCHEMA_VERSION, Slack, TestId};
use crate::error::Error;

impl Matrix {
    /// Reads a stored matrix and checks that it is whole: after this every reference leads somewhere.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read; [`Error::Usage`] when it is not a matrix, when its
    /// schema has another major number, or when a reference leads nowhere.
    pub fn read(file: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(file).map_err(Error::io("read", file))?;
        Self::from_json(&text).map_err(|problem| {
            Error::Usage(format!(
                "{}: {problem}; make a fresh one with `ci-stage mutate`",
                file.display()
            ))
        })
    }

    fn from_json(text: &str) -> Result<Self, String> {
        let mut matrix: Self =
            serde_json::from_str(text).map_err(|error| format!("this is no matrix: {error}"))?;
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&matrix.schema_version) != major(SCHEMA_VERSION) {
            return Err(format!(
                "schema_version is {}, and this ci-stage reads {SCHEMA_VERSION}",
                matrix.schema_version
            ));
        }
        matrix.check_references()?;
        for slack in &mut matrix.slack {
            // A file of schema 1.0 leaves it to its reader.
            slack.interval = Slack::interval(&slack.low, &slack.high);
        }
        Ok(matrix)
    }

    fn check_references(&self) -> Result<(), String> {
        for (place, constant) in self.constants.iter().enumerate() {
            let at = format!("constants[{place}]");
            is_own_place(&at, constant.id, place)?;
            self.check_constants(&format!("{at}.feeds"), &constant.feeds)?;
            self.check_tests(&format!("{at}.read_by"), &constant.read_by)?;
            let in_tests: Vec<TestId> = constant.uses.iter().filter_map(|u| u.in_test).collect();
            self.check_tests(&format!("{at}.uses"), &in_tests)?;
        }
        for (place, mutant) in self.mutants.iter().enumerate() {
            let at = format!("mutants[{place}]");
            self.check_constants(&format!("{at}.constant"), &[mutant.constant])?;
            self.check_tests(&format!("{at}.killed_by"), &mutant.noticed_by())?;
            self.check_tests(&format!("{at}.covered_by"), &mutant.covered_by)?;
        }
        for (place, test) in self.tests.iter().enumerate() {
            is_own_place(&format!("tests[{place}]"), test.id, place)?;
        }
        for (place, slack) in self.slack.iter().enumerate() {
            let at = format!("slack[{place}]");
            self.check_constants(&format!("{at}.constant"), &[slack.constant])?;
            self.check_tests(&format!("{at}.low.failing"), &slack.low.failing)?;
            self.check_tests(&format!("{at}.high.failing"), &slack.high.failing)?;
        }
        Ok(())
    }

    fn check_constants(&self, at: &str, ids: &[ConstantId]) -> Result<(), String> {
        all_below(at, ids, self.constants.len(), "constants")
    }

    fn check_tests(&self, at: &str, ids: &[TestId]) -> Result<(), String> {
        all_below(at, ids, self.tests.len(), "tests")
    }
}

fn is_own_place(at: &str, id: usize, place: usize) -> Result<(), String> {
    if id == place {
        return Ok(());
    }
    Err(format!("{at}.id is {id}, but its place is {place}"))
}

fn all_below(at: &str, ids: &[usize], count: usize, list: &str) -> Result<(), String> {
    match ids.iter().find(|&&id| id >= count) {
        Some(id) => Err(format!("{at} names {id}, but there are {count} {list}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
