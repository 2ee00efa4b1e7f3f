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
                let views = &texts.views()[..];
                let mut has_long = false;
                let changes = BooleanBuffer::collect_bool(pairs, |row| {
                    // A view of at most 12 bytes holds the whole text; mostly all do.
                    has_long |= views[row] & u128::from(u32::MAX) > 12;
                    views[row] != views[row + 1]
                });
                if has_long {
                    return self.changes_one_by_one(pairs);
                }
                changes
            }
            // Two places of a dictionary may hold the same text.
            Self::Keyed(keys, _) if keys.null_count() == 0 => {
                let changes = differing(keys.values(), pairs);
                let really = |row: usize| changes.value(row) && self.get(row) != self.get(row + 1);
                BooleanBuffer::collect_bool(pairs, really)
            }
            _ => self.changes_one_by_one(pairs),
        }
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
    let behind = values.get(1..).unwrap_or_default();
    BooleanBuffer::collect_bool(pairs, |row| values[row] != behind[row])
}
