//! The source files that a sweep speaks of, as they were when it ran.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::mutate::matrix::{Matrix, Mutant, Span};

/// The text of every mutated file, and of the tests' files as far as they can be read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    texts: BTreeMap<String, String>,
}

/// The lines that a mutant changes, before and after.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Change {
    /// The lines as they are.
    pub(super) before: String,
    /// The lines as the mutant has them.
    pub(super) after: String,
}

impl Sources {
    /// Reads the files from the workspace's root.
    ///
    /// # Errors
    /// [`Error::Io`] when a mutated file cannot be read; [`Error::Usage`] when it is no longer what
    /// was mutated.
    pub fn read(matrix: &Matrix, root: &Path) -> Result<Self, Error> {
        let mut sources = Self::default();
        for mutant in &matrix.mutants {
            sources.add(root, &mutant.span.file)?;
            sources.check(mutant)?;
        }
        for file in matrix.tests.iter().filter_map(|test| test.file.as_ref()) {
            // A test's file adds only its text to a report, so that its absence is no error.
            let _ = sources.add(root, file);
        }
        Ok(sources)
    }

    /// The text of a file.
    pub(super) fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }

    /// What a mutant does to its lines.
    pub(super) fn change(&self, mutant: &Mutant) -> Change {
        let text = self.text(&mutant.span.file).unwrap_or_default();
        let (Some(head), Some(tail)) = (
            text.get(..mutant.span.byte_start),
            text.get(mutant.span.byte_end..),
        ) else {
            return Change {
                before: mutant.original.clone(),
                after: mutant.replacement.clone(),
            };
        };
        let head = head.rsplit('\n').next().unwrap_or_default();
        let tail = tail.lines().next().unwrap_or_default();
        Change {
            before: format!("{head}{}{tail}", mutant.original),
            after: format!("{head}{}{tail}", mutant.replacement),
        }
    }

    /// The column of a byte in its line as browsers count: in UTF-16 units, from 1.
    pub(super) fn utf16_column(&self, span: &Span, byte: usize) -> usize {
        let head = self.text(&span.file).and_then(|text| text.get(..byte));
        let line = head.and_then(|head| head.rsplit('\n').next());
        line.unwrap_or_default().encode_utf16().count() + 1
    }

    fn add(&mut self, root: &Path, file: &str) -> Result<(), Error> {
        if !self.texts.contains_key(file) {
            let path = root.join(file);
            let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
            self.texts.insert(file.to_owned(), text);
        }
        Ok(())
    }

    fn check(&self, mutant: &Mutant) -> Result<(), Error> {
        let Span {
            file,
            byte_start,
            byte_end,
            line,
            ..
        } = &mutant.span;
        let text = self.text(file).unwrap_or_default();
        if text.get(*byte_start..*byte_end) == Some(&mutant.original) {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "{file}:{line}: `{}` does not stand there any more, because the file changed after the \
             sweep; run `ci-stage mutate` again",
            mutant.original
        )))
    }
}
