//! Texts that stand in many rows one after the other, each held once.

use std::ops::Range;

use super::column::Cells;
use super::names::text;
use super::{Unusual, Usual};
use crate::read::columnar::cells::Texts;
use crate::read::columnar::repeated::Repeated;

/// The longest text that is compared as one word.
const WORD: usize = size_of::<u128>();

/// What the texts of each length leave of a word.
const MASKS: [u128; WORD + 1] = {
    let mut masks = [u128::MAX; WORD + 1];
    let mut length = 0;
    while length < WORD {
        masks[length] = (1 << (8 * length)) - 1;
        length += 1;
    }
    masks
};

/// Runs of one text.
#[derive(Default)]
pub(super) struct Runs {
    /// The texts of the file's dictionary, and where each stands in them.
    entries: Vec<u8>,
    dictionary: Vec<Range<usize>>,
    /// The texts of the runs.
    texts: Vec<u8>,
    /// Where in `texts` that of each run begins.
    starts: Vec<usize>,
    /// The row at which each run begins.
    begins: Vec<usize>,
    /// Rows so far.
    rows: usize,
    last: Option<Last>,
}

/// The text of the last run.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Last {
    length: usize,
    /// The text, if it fits.
    word: u128,
}

impl Last {
    /// The text of `length` bytes at the beginning of `rest`.
    #[inline]
    fn of(rest: &[u8], length: usize) -> Self {
        let word = match (MASKS.get(length), rest.first_chunk()) {
            (None, _) => 0,
            (Some(mask), Some(word)) => u128::from_le_bytes(*word) & mask,
            (Some(_), None) => {
                let mut word = [0; WORD];
                word[..length].copy_from_slice(&rest[..length]);
                u128::from_le_bytes(word)
            }
        };
        Self { length, word }
    }
}

impl Runs {
    /// Adds rows of the text that stands at the beginning of `rest`.
    #[inline]
    fn add(&mut self, rest: &[u8], length: usize, rows: usize) {
        let last = Some(Last::of(rest, length));
        if self.last != last || (length > WORD && !self.is_last(&rest[..length])) {
            self.starts.push(self.texts.len());
            self.begins.push(self.rows);
            self.texts.extend_from_slice(&rest[..length]);
            self.last = last;
        }
        self.rows += rows;
    }

    /// Adds a row of a text that fits a word.
    #[inline]
    fn add_word(&mut self, text: Last) {
        if self.last != Some(text) {
            let start = self.texts.len();
            self.starts.push(start);
            self.begins.push(self.rows);
            self.texts.extend_from_slice(&text.word.to_le_bytes());
            self.texts.truncate(start + text.length);
            self.last = Some(text);
        }
        self.rows += 1;
    }

    fn is_last(&self, text: &[u8]) -> bool {
        let start = self.starts.last();
        start.is_some_and(|start| self.texts[*start..] == *text)
    }
}

impl Cells for Runs {
    type Taken = Texts;

    fn set_dictionary(&mut self, page: &[u8], count: usize) -> Usual<()> {
        self.dictionary.clear();
        self.entries.clear();
        let mut at = 0;
        for _ in 0..count {
            let text = text(page, &mut at)?;
            self.dictionary.push(at - text.len()..at);
        }
        self.entries.extend_from_slice(&page[..at]);
        Ok(())
    }

    fn add_plain(&mut self, page: &[u8], at: &mut usize, _: usize, count: usize) -> Usual<()> {
        for _ in 0..count {
            // A length and the word behind it; the last texts of a page stand before no such word.
            if let Some([a, b, c, d, word @ ..]) =
                page.get(*at..).and_then(<[u8]>::first_chunk::<20>)
            {
                let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
                if let Some(mask) = MASKS.get(length) {
                    let word = u128::from_le_bytes(*word) & mask;
                    self.add_word(Last { length, word });
                    *at += 4 + length;
                    continue;
                }
            }
            let length = text(page, at)?.len();
            self.add(&page[*at - length..], length, 1);
        }
        Ok(())
    }

    fn add_keyed(&mut self, keys: &[u32]) -> Usual<()> {
        let entries = std::mem::take(&mut self.entries);
        for same in keys.chunk_by(|one, two| one == two) {
            let range = self.dictionary.get(same[0] as usize).ok_or(Unusual)?;
            self.add(&entries[range.start..], range.len(), same.len());
        }
        self.entries = entries;
        Ok(())
    }

    fn take(&mut self) -> Usual<Texts> {
        let runs = self.starts.len();
        let texts = std::mem::take(&mut self.texts);
        let mut ends = std::mem::replace(&mut self.starts, Vec::with_capacity(runs + 1));
        let mut row_ends = std::mem::replace(&mut self.begins, Vec::with_capacity(runs + 1));
        // Where a run begins, the one before it ends.
        for (ends, last) in [(&mut ends, texts.len()), (&mut row_ends, self.rows)] {
            ends.push(last);
            ends.remove(0);
        }
        self.rows = 0;
        self.last = None;
        let texts = Repeated::new(texts, ends, row_ends).ok_or(Unusual)?;
        Ok(Texts::Repeated(texts))
    }
}
