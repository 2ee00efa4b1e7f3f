//! Texts that stand in several rows one after the other, each held once.

use std::ops::Range;

/// Runs of rows with one text each; no two runs side by side have the same text.
#[derive(Clone, Debug, Default)]
pub(super) struct Repeated {
    texts: String,
    /// Where in `texts` each run's ends.
    ends: Vec<usize>,
    /// The row behind each run.
    row_ends: Vec<usize>,
}

impl Repeated {
    /// Texts side by side, where each ends, and the rows behind those that repeat it; `None` if it is no
    /// text, or if one ends within a letter.
    pub(super) fn new(texts: Vec<u8>, ends: Vec<usize>, row_ends: Vec<usize>) -> Option<Self> {
        let texts = String::from_utf8(texts).ok()?;
        let are_texts = texts.is_ascii() || ends.iter().all(|end| texts.is_char_boundary(*end));
        are_texts.then_some(Self {
            texts,
            ends,
            row_ends,
        })
    }

    pub(super) fn rows(&self) -> usize {
        self.row_ends.last().copied().unwrap_or(0)
    }

    /// The row behind each run.
    pub(super) fn row_ends(&self) -> &[usize] {
        &self.row_ends
    }

    /// The text of a row.
    pub(super) fn get(&self, row: usize) -> &str {
        self.text(self.row_ends.partition_point(|end| *end <= row))
    }

    /// The text of a run; an empty one where there is no such run.
    #[inline]
    pub(super) fn text(&self, run: usize) -> &str {
        let end = self.ends.get(run).copied().unwrap_or(0);
        let start = run.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.texts.get(start..end).unwrap_or_default()
    }

    /// Whether each text begins with a letter, a digit or a sign.
    pub(super) fn are_told(&self) -> bool {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        let letters = self.texts.as_bytes();
        let mut runs = starts.zip(&self.ends);
        runs.all(|(start, end)| start < *end && letters[start].is_ascii_graphic())
    }

    /// The texts of some runs side by side, and where each ends.
    pub(super) fn side_by_side(&self, runs: &Range<usize>) -> (&str, impl Iterator<Item = usize>) {
        let ends = self.ends.get(runs.clone()).unwrap_or_default();
        let start = runs
            .start
            .checked_sub(1)
            .map_or(0, |before| self.ends[before]);
        let end = ends.last().copied().unwrap_or(start);
        let texts = self.texts.get(start..end).unwrap_or_default();
        (texts, ends.iter().map(move |end| end - start))
    }
}
