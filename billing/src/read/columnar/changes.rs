//! Where a row of a batch differs from the one before it: bit `r` of a buffer tells of the rows `r` and
//! `r + 1`.
//!
//! How many rows an invoice has cannot be guessed, so nothing here branches on a cell.

use arrow_array::Array;
use arrow_buffer::BooleanBuffer;

use super::cells::{Amounts, Flags, Texts};
use super::chunk::Chunk;

impl Chunk {
    /// The rows with another identifier than the row before them, and the first one.
    pub(super) fn begins(&self) -> Vec<usize> {
        if let Some(ids) = self.ids.repeated() {
            // Where a run ends the next one begins, but for the last.
            let (_, behind) = ids.row_ends().split_last().unwrap_or((&0, &[]));
            return [&[0], behind].concat();
        }
        let changes = self.ids.changes(self.pairs());
        let behind = changes.set_indices().map(|row| row + 1);
        [0].into_iter().chain(behind).collect()
    }

    /// Where an invoice goes on whose rows contradict each other; nothing if there is no such row.
    pub(super) fn contradictions(&self, begins: &[usize]) -> Option<BooleanBuffer> {
        if self.changes_heads_only_at(begins) == Some(true) {
            return None;
        }
        let pairs = self.pairs();
        let heads = &self.tiers.changes(pairs) | &self.members.changes(pairs);
        let heads = &heads | &self.days.changes(pairs);
        Some(&heads & &!&self.ids.changes(pairs))
    }

    fn pairs(&self) -> usize {
        self.rows().saturating_sub(1)
    }

    /// Whether there are no more changes of the other columns than there are where invoices begin, if
    /// that is easily counted.
    fn changes_heads_only_at(&self, begins: &[usize]) -> Option<bool> {
        let (tiers, days) = (self.tiers.distinct_keys()?, self.days.whole()?);
        let members = self.members.bits()?;
        let of_members = self.members.changes(self.pairs()).count_set_bits();
        Some(
            count(tiers) == count_at(begins, |row| tiers[row])
                && count(days) == count_at(begins, |row| days[row])
                && of_members == count_at(begins, |row| members.value(row)),
        )
    }
}

/// How many values differ from the one before them.
fn count<T: PartialEq>(values: &[T]) -> usize {
    let behind = values.get(1..).unwrap_or_default();
    let pairs = values.iter().zip(behind);
    pairs.map(|(one, two)| usize::from(one != two)).sum()
}

/// How many rows of `begins`, but the first, differ from the row before them.
fn count_at<T: PartialEq>(begins: &[usize], value: impl Fn(usize) -> T) -> usize {
    let rows = begins.get(1..).unwrap_or_default().iter();
    rows.map(|row| usize::from(value(*row) != value(row - 1)))
        .sum()
}

impl Texts {
    fn changes(&self, pairs: usize) -> BooleanBuffer {
        match self {
            Self::View(texts) if texts.null_count() == 0 => {
                // A view of at most 12 bytes holds the whole text; mostly all do.
                let length = |view: &u128| {
                    let [a, b, c, d, ..] = view.to_le_bytes();
                    u32::from_le_bytes([a, b, c, d])
                };
                let longest = texts.views().iter().map(length).fold(0, u32::max);
                if longest > 12 {
                    return self.changes_one_by_one(pairs);
                }
                differing(texts.views(), pairs)
            }
            _ => match self.distinct_keys() {
                Some(keys) => differing(keys, pairs),
                None => self.changes_one_by_one(pairs),
            },
        }
    }

    /// The keys of a short dictionary in which no two places hold the same text, if each row has one.
    fn distinct_keys(&self) -> Option<&[i32]> {
        match self {
            Self::Keyed(keys, _) if keys.null_count() == 0 => {
                self.has_distinct_list().then(|| &keys.values()[..])
            }
            _ => None,
        }
    }

    /// Whether the dictionary is a short one in which no two places hold the same text.
    fn has_distinct_list(&self) -> bool {
        let listed: Vec<_> = self.listed().collect();
        let mut before = listed.iter().enumerate();
        !listed.is_empty() && before.all(|(place, text)| !listed[..place].contains(text))
    }

    fn changes_one_by_one(&self, pairs: usize) -> BooleanBuffer {
        BooleanBuffer::collect_bool(pairs, |row| !self.is_same(row, row + 1))
    }
}

impl Flags {
    /// The flags, if each is there.
    pub(super) fn bits(&self) -> Option<&BooleanBuffer> {
        match self {
            Self::Booleans(flags) if flags.null_count() == 0 => Some(flags.values()),
            _ => None,
        }
    }

    fn changes(&self, pairs: usize) -> BooleanBuffer {
        if let Some(flags) = self.bits() {
            return &flags.slice(0, pairs) ^ &flags.slice(flags.len() - pairs, pairs);
        }
        BooleanBuffer::collect_bool(pairs, |row| self.get(row) != self.get(row + 1))
    }
}

impl Amounts {
    /// The amounts, if each is there and is a whole number in a machine word.
    pub(super) fn whole(&self) -> Option<&[i64]> {
        match self {
            Self::Fixed(amounts, 0) if amounts.null_count() == 0 => Some(amounts.values()),
            _ => None,
        }
    }

    fn changes(&self, pairs: usize) -> BooleanBuffer {
        if let Self::Fixed(amounts, _) = self
            && amounts.null_count() == 0
        {
            return differing(amounts.values(), pairs);
        }
        BooleanBuffer::collect_bool(pairs, |row| self.fixed(row) != self.fixed(row + 1))
    }
}

fn differing<T: PartialEq>(values: &[T], pairs: usize) -> BooleanBuffer {
    const BITS: usize = 64;
    let behind = values.get(1..).unwrap_or_default();
    let words = values.chunks(BITS).zip(behind.chunks(BITS));
    let words = words.map(|(before, behind)| {
        let pairs = before.iter().zip(behind).enumerate();
        pairs.fold(0, |word, (bit, (one, two))| {
            word | u64::from(one != two) << bit
        })
    });
    BooleanBuffer::new(words.collect::<Vec<u64>>().into(), 0, pairs)
}
