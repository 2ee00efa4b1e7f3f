//! Where a row of a batch differs from the one before it: bit `r` tells of the rows `r` and `r + 1`.
//!
//! How many rows an invoice has cannot be guessed, so nothing here branches on a cell.

use arrow_array::Array;
use arrow_buffer::BooleanBuffer;

use super::cells::{Amounts, Flags, Texts};
use super::chunk::Chunk;

impl Chunk {
    /// Where another invoice begins, and where one goes on whose rows contradict each other.
    pub(super) fn changes(&self) -> (BooleanBuffer, BooleanBuffer) {
        let pairs = self.rows().saturating_sub(1);
        let invoices = self.ids.changes(pairs);
        let heads = &self.tiers.changes(pairs) | &self.members.changes(pairs);
        let heads = &heads | &self.days.changes(pairs);
        let contradictions = &heads & &!&invoices;
        (invoices, contradictions)
    }
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
            Self::Keyed(keys, _) if keys.null_count() == 0 && self.has_distinct_list() => {
                differing(keys.values(), pairs)
            }
            _ => self.changes_one_by_one(pairs),
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
    fn changes(&self, pairs: usize) -> BooleanBuffer {
        if let Self::Booleans(flags) = self
            && flags.null_count() == 0
        {
            let flags = flags.values();
            return &flags.slice(0, pairs) ^ &flags.slice(flags.len() - pairs, pairs);
        }
        BooleanBuffer::collect_bool(pairs, |row| self.get(row) != self.get(row + 1))
    }
}

impl Amounts {
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
