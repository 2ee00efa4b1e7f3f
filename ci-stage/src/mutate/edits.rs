//! Changes to a text by byte, and the way back from the changed text to the original.

use std::ops::Range;

/// What a changed byte belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At<T> {
    /// It stood in the original, there.
    Original(usize),
    /// It was put in, for this purpose.
    Edit(T),
}

/// Changes to one text, in any order.
#[derive(Debug, Clone)]
pub(super) struct Edits<T>(Vec<(Range<usize>, Pieces<T>)>);

/// Texts to put in, each with a purpose of its own.
pub(super) type Pieces<T> = Vec<(String, Option<T>)>;

impl<T> Default for Edits<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> Edits<T> {
    /// Puts `text` in place of a range.
    pub(super) fn replace(&mut self, range: Range<usize>, text: impl Into<String>, purpose: T) {
        self.0.push((range, vec![(text.into(), Some(purpose))]));
    }

    /// Puts pieces in before a byte, each with a purpose of its own.
    pub(super) fn insert(&mut self, at: usize, pieces: Pieces<T>) {
        self.0.push((at..at, pieces));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Changes the text. Of two edits that overlap the later one is left out.
    pub(super) fn apply(mut self, original: &str) -> Rewritten<T> {
        self.0.sort_by_key(|(range, _)| (range.start, range.end));
        let mut rewritten = Rewritten {
            text: String::with_capacity(original.len() * 2),
            pieces: Vec::new(),
        };
        let mut from = 0;
        for (range, pieces) in self.0 {
            if range.start < from {
                continue;
            }
            rewritten.keep(original, from..range.start);
            for (text, purpose) in pieces {
                rewritten.put(&text, purpose, range.start);
            }
            from = range.end;
        }
        rewritten.keep(original, from..original.len());
        rewritten
    }
}

/// A changed text that knows where each of its bytes comes from.
#[derive(Debug, Clone)]
pub(super) struct Rewritten<T> {
    pub(super) text: String,
    pieces: Vec<(Range<usize>, usize, Option<T>)>,
}

impl<T: Copy> Rewritten<T> {
    fn keep(&mut self, original: &str, range: Range<usize>) {
        let start = self.text.len();
        self.text.push_str(&original[range.clone()]);
        self.pieces
            .push((start..self.text.len(), range.start, None));
    }

    /// Text without a purpose of its own counts as the original byte before which it was put.
    fn put(&mut self, text: &str, purpose: Option<T>, before: usize) {
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push((start..self.text.len(), before, purpose));
    }

    /// What a byte of the changed text belongs to.
    pub(super) fn at(&self, byte: usize) -> At<T> {
        let index = self.pieces.partition_point(|(range, ..)| range.end <= byte);
        match self.pieces.get(index) {
            Some((_, _, Some(purpose))) => At::Edit(*purpose),
            Some((range, original, None)) => {
                At::Original(original + byte.saturating_sub(range.start))
            }
            None => At::Original(usize::MAX),
        }
    }

    /// The purposes of all edits that a range of the changed text touches.
    pub(super) fn touched(&self, range: Range<usize>) -> impl Iterator<Item = T> {
        self.pieces
            .iter()
            .filter(move |(piece, ..)| piece.start < range.end && range.start < piece.end)
            .filter_map(|(_, _, purpose)| *purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::{At, Edits};

    #[test]
    fn every_byte_of_the_changed_text_knows_where_it_comes_from() {
        let mut edits = Edits::default();
        edits.replace(4..5, "three", 'r');
        edits.insert(
            7,
            vec![("(a)".into(), Some('a')), ("(b)".into(), Some('b'))],
        );
        let rewritten = edits.apply("one 2 three");
        assert_eq!(rewritten.text, "one three t(a)(b)hree");
        let belongs = [3, 4, 8, 9, 11, 14, 17].map(|byte| rewritten.at(byte));
        let expected = [
            At::Original(3),
            At::Edit('r'),
            At::Edit('r'),
            At::Original(5),
            At::Edit('a'),
            At::Edit('b'),
            At::Original(7),
        ];
        assert_eq!(belongs, expected);
        assert_eq!(rewritten.touched(8..15).collect::<String>(), "rab");
    }

    #[test]
    fn of_two_edits_that_overlap_only_the_first_is_made() {
        let mut edits = Edits::default();
        edits.replace(0..3, "x", 1);
        edits.replace(2..4, "y", 2);
        assert_eq!(edits.apply("abcd").text, "xd");
    }
}
