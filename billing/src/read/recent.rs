//! Which invoices a book has had last, in bounded memory.

use std::cmp::Ordering;
use std::collections::{HashSet, VecDeque};
use std::hash::BuildHasher;
use std::{io, mem};

use foldhash::fast::FixedState as OfPrints;
use foldhash::quality::FixedState as OfIds;

/// Fingerprints in one generation; two generations stay under 20 MiB.
const GENERATION_MAX: usize = 500_000;

/// Remembers at least the last half million identifiers, by a 64-bit fingerprint: of a million
/// different ones, the chance that any two share theirs is below one in ten million.
///
/// As long as every identifier is greater than the one before, none can come again, and nothing is
/// looked up; most books are in such an order.
#[derive(Debug)]
pub(crate) enum RecentIds {
    Ascending {
        last: Vec<u8>,
        fingerprints: VecDeque<u64>,
    },
    Any {
        current: HashSet<u64, OfPrints>,
        previous: HashSet<u64, OfPrints>,
        /// Whether older ones were let go.
        is_partial: bool,
    },
}

/// Takes fingerprints that must be kept elsewhere, in the order of the book.
pub(super) type Keep<'k> = dyn FnMut(&mut dyn Iterator<Item = u64>) -> io::Result<()> + 'k;

/// The identifiers of a block, in their order.
#[derive(Debug, Default)]
pub(crate) struct BlockIds {
    fingerprints: Vec<u64>,
    first: Vec<u8>,
    last: Vec<u8>,
    is_ascending: bool,
}

impl Default for RecentIds {
    fn default() -> Self {
        Self::Ascending {
            last: Vec::new(),
            fingerprints: VecDeque::new(),
        }
    }
}

impl RecentIds {
    /// Whether one that was let go may have come again.
    pub(super) fn may_have_missed(&self) -> bool {
        matches!(self, Self::Any { is_partial, .. } if *is_partial)
    }

    /// Lets all go, the book being read.
    pub(super) fn let_go(&mut self) {
        if let Self::Any {
            current, previous, ..
        } = self
        {
            (*current, *previous) = Default::default();
        }
    }

    /// Notes the identifiers of a block; false, and nothing is noted, when one was there before or
    /// stands twice among them. What is not remembered for as long as the book is read goes to `keep`.
    pub(super) fn insert_all(&mut self, ids: &BlockIds, keep: &mut Keep<'_>) -> io::Result<bool> {
        if ids.fingerprints.is_empty() {
            return Ok(true);
        }
        if let Self::Ascending { last, fingerprints } = self {
            if ids.is_ascending && order(last, &ids.first) == Ordering::Less {
                last.clone_from(&ids.last);
                fingerprints.extend(&ids.fingerprints);
                let superfluous = fingerprints.len().saturating_sub(2 * GENERATION_MAX);
                if superfluous > 0 {
                    keep(&mut fingerprints.drain(..superfluous))?;
                }
                return Ok(true);
            }
            // One less than a generation, so that the next identifier does not push the older ones out.
            let older = (fingerprints.len() + 1).saturating_sub(GENERATION_MAX);
            // From here on all are kept, since those that are let go may come again.
            keep(&mut fingerprints.iter().copied())?;
            *self = Self::Any {
                is_partial: fingerprints.len() == 2 * GENERATION_MAX,
                previous: fingerprints.drain(..older).collect(),
                current: fingerprints.drain(..).collect(),
            };
        }
        let are_new = self.look_up(&ids.fingerprints);
        if are_new {
            keep(&mut ids.fingerprints.iter().copied())?;
        }
        Ok(are_new)
    }

    fn look_up(&mut self, fingerprints: &[u64]) -> bool {
        let Self::Any {
            current,
            previous,
            is_partial,
        } = self
        else {
            return false;
        };
        if current.len() >= GENERATION_MAX {
            *is_partial |= !previous.is_empty();
            *previous = mem::take(current);
        }
        for (index, fingerprint) in fingerprints.iter().enumerate() {
            if previous.contains(fingerprint) || !current.insert(*fingerprint) {
                for noted in &fingerprints[..index] {
                    current.remove(noted);
                }
                return false;
            }
        }
        true
    }
}

impl BlockIds {
    /// The same without identifiers, its memory kept.
    pub(crate) fn cleared(mut self) -> Self {
        self.fingerprints.clear();
        self
    }

    /// The first and the last identifier.
    pub(crate) fn ends(&self) -> Option<(&[u8], &[u8])> {
        (!self.fingerprints.is_empty()).then_some((&self.first, &self.last))
    }

    /// Whether each identifier comes after the one before it.
    pub(crate) fn is_ascending(&self) -> bool {
        self.is_ascending
    }

    /// Adds the next identifier.
    #[inline]
    pub(crate) fn add(&mut self, id: &[u8]) {
        self.fingerprints.push(fingerprint(id));
        if self.fingerprints.len() == 1 {
            self.is_ascending = true;
            self.first.clear();
            self.first.extend_from_slice(id);
        } else if self.is_ascending {
            self.is_ascending = order(&self.last, id) == Ordering::Less;
        }
        self.last.clear();
        self.last.extend_from_slice(id);
    }

    /// Adds identifiers that follow one another.
    pub(crate) fn add_all<'i>(&mut self, mut ids: impl Iterator<Item = &'i [u8]>) {
        let Some(first) = ids.next() else {
            return;
        };
        self.add(first);
        let mut last = first;
        let mut is_ascending = self.is_ascending;
        self.fingerprints.extend(ids.map(|id| {
            is_ascending &= order(last, id) == Ordering::Less;
            last = id;
            fingerprint(id)
        }));
        self.is_ascending = is_ascending;
        self.last.clear();
        self.last.extend_from_slice(last);
    }
}

/// The fingerprint of an identifier.
pub(super) fn fingerprint(id: &[u8]) -> u64 {
    // The keys are fixed, so a run is repeatable.
    OfIds::with_seed(0).hash_one(id)
}

/// Shorter ones first, so that INV-9 comes before INV-10.
pub(crate) fn order(left: &[u8], right: &[u8]) -> Ordering {
    let of_words = |id: &[u8]| {
        let (first, last) = (id.first_chunk()?, id.last_chunk()?);
        let is_covered = id.len() <= 16;
        is_covered.then(|| (u64::from_be_bytes(*first), u64::from_be_bytes(*last)))
    };
    left.len().cmp(&right.len()).then_with(|| {
        // Two words cover all of most identifiers; where they overlap they are the same twice.
        match (of_words(left), of_words(right)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => left.cmp(right),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{BlockIds, GENERATION_MAX, RecentIds};

    fn block(ids: &[&str]) -> BlockIds {
        let mut block = BlockIds::default();
        for id in ids {
            block.add(id.as_bytes());
        }
        block
    }

    fn insert(ids: &mut RecentIds, id: &str) -> bool {
        insert_all(ids, &[id])
    }

    fn insert_all(ids: &mut RecentIds, block_of: &[&str]) -> bool {
        let keep = &mut |_: &mut dyn Iterator<Item = u64>| Ok(());
        ids.insert_all(&block(block_of), keep).unwrap()
    }

    #[test]
    fn an_identifier_is_remembered_over_half_a_million_others() {
        let numbered: fn(usize) -> String = |number| format!("other {number}");
        let shuffled: fn(usize) -> String =
            |number| format!("other {}", number * 7_919 % GENERATION_MAX);
        for id in [numbered, shuffled] {
            let mut ids = RecentIds::default();
            assert!(insert(&mut ids, "INV-1"));
            for number in 0..GENERATION_MAX {
                assert!(insert(&mut ids, &id(number)));
            }
            assert!(!insert(&mut ids, "INV-1"));
        }
    }

    #[test]
    fn a_block_with_an_identifier_that_was_there_is_not_noted() {
        let mut ids = RecentIds::default();
        assert!(insert_all(&mut ids, &["INV-8", "INV-9", "INV-10"]));
        assert!(insert_all(&mut ids, &[]));
        assert!(!insert_all(&mut ids, &["INV-11", "INV-9"]));
        assert!(!insert_all(&mut ids, &["A", "B", "A"]));
        assert!(insert_all(&mut ids, &["B", "A", "INV-11"]));
        assert!(!insert_all(&mut ids, &["INV-10"]));
    }
}
