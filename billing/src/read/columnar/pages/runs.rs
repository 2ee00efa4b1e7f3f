//! Texts that stand in many rows one after the other, each held once.

use std::mem;

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
    /// The page of the dictionary, and where the length of each of its texts stands.
    entries: Vec<u8>,
    dictionary: Vec<u32>,
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
    /// The text whose length stands at `at`, if it fits a word and as much stands in the page: the last
    /// texts of a page may not.
    #[inline]
    fn at(page: &[u8], at: usize) -> Option<Self> {
        let [a, b, c, d, word @ ..] = page.get(at..)?.first_chunk::<20>()?;
        let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
        let word = u128::from_le_bytes(*word) & MASKS.get(length)?;
        Some(Self { length, word })
    }

    /// How many of `count` texts behind `record`, which holds this one with its length, repeat it. Where each
    /// of them would begin is known beforehand, so no length has to be waited for.
    #[inline]
    fn repeats(self, record: &[u8], behind: &[u8], count: usize) -> usize {
        let Some(mask) = MASKS.get(self.length) else {
            let records = behind.chunks_exact(record.len()).take(count);
            return records.take_while(|one| *one == record).count();
        };
        let is_same = |one: &[u8]| {
            one.first_chunk::<20>()
                .is_some_and(|[a, b, c, d, word @ ..]| {
                    let length = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
                    length == self.length && u128::from_le_bytes(*word) & mask == self.word
                })
        };
        let places = (0..behind.len()).step_by(record.len()).take(count);
        places.take_while(|at| is_same(&behind[*at..])).count()
    }
}

impl Runs {
    /// Adds rows of the text whose length stands at `at`, which moves behind it.
    #[inline]
    fn add_at(&mut self, page: &[u8], at: &mut usize, rows: usize) -> Usual<()> {
        if let Some(text) = Last::at(page, *at) {
            self.add_word(text, rows);
            *at += 4 + text.length;
            return Ok(());
        }
        self.add_text(text(page, at)?, rows);
        Ok(())
    }

    /// Adds rows of a text that fits a word.
    #[inline]
    fn add_word(&mut self, text: Last, rows: usize) {
        if self.last != Some(text) {
            let end = self.texts.len() + text.length;
            self.begin(text, &text.word.to_le_bytes());
            self.texts.truncate(end);
        }
        self.rows += rows;
    }

    /// Adds rows of any text.
    fn add_text(&mut self, text: &[u8], rows: usize) {
        let length = text.len();
        if length <= WORD {
            let mut word = [0; WORD];
            word[..length].copy_from_slice(text);
            let word = u128::from_le_bytes(word);
            return self.add_word(Last { length, word }, rows);
        }
        let last = Last { length, word: 0 };
        if self.last != Some(last) || !self.is_last(text) {
            self.begin(last, text);
        }
        self.rows += rows;
    }

    /// Begins a run of the text that `letters` begin with.
    #[inline]
    fn begin(&mut self, text: Last, letters: &[u8]) {
        self.starts.push(self.texts.len());
        self.begins.push(self.rows);
        self.texts.extend_from_slice(letters);
        self.last = Some(text);
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
            self.dictionary
                .push(u32::try_from(at).map_err(|_| Unusual)?);
            text(page, &mut at)?;
        }
        self.entries.extend_from_slice(page);
        Ok(())
    }

    fn add_plain(&mut self, page: &[u8], at: &mut usize, _: usize, count: usize) -> Usual<()> {
        let mut left = count;
        while left > 0 {
            let start = *at;
            self.add_at(page, at, 1)?;
            left -= 1;
            if let (Some(last), Some((before, behind))) = (self.last, page.split_at_checked(*at)) {
                let repeats = last.repeats(&before[start..], behind, left);
                *at += repeats * (*at - start);
                self.rows += repeats;
                left -= repeats;
            }
        }
        Ok(())
    }

    fn add_keyed(&mut self, keys: &[u32]) -> Usual<()> {
        let entries = mem::take(&mut self.entries);
        for same in keys.chunk_by(|one, two| one == two) {
            let at = self.dictionary.get(same[0] as usize).ok_or(Unusual)?;
            self.add_at(&entries, &mut (*at as usize), same.len())?;
        }
        self.entries = entries;
        Ok(())
    }

    fn take(&mut self) -> Usual<Texts> {
        // Room for a few more than there were, and for the whole word that the last one is added as.
        let more = |count: usize| count + count / 8 + WORD;
        let runs = more(self.starts.len());
        let next = Vec::with_capacity(more(self.texts.len()));
        let texts = mem::replace(&mut self.texts, next);
        let mut ends = mem::replace(&mut self.starts, Vec::with_capacity(runs));
        let mut row_ends = mem::replace(&mut self.begins, Vec::with_capacity(runs));
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
