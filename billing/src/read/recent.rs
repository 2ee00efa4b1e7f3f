//! Which invoices a book has had last, in bounded memory.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::{io, mem};

use foldhash::fast::FixedState as OfPrints;
use foldhash::quality::FixedState as OfIds;

mod ascending;
mod block;
mod consecutive;

use ascending::Ascending;
pub(crate) use block::BlockIds;

/// Fingerprints in one generation; two generations stay under 20 MiB.
const GENERATION_MAX: usize = 500_000;

/// Remembers at least the last half million identifiers, by a 64-bit fingerprint: of a million
/// different ones, the chance that any two share theirs is below one in ten million.
///
/// As long as every identifier is greater than the one before, none can come again, and nothing is
/// looked up; most books are in such an order.
#[derive(Debug)]
pub(in crate::read) enum RecentIds {
    Ascending(Ascending),
    Any {
        current: HashSet<u64, OfPrints>,
        previous: HashSet<u64, OfPrints>,
        /// Whether older ones were let go.
        is_partial: bool,
    },
}

/// Takes fingerprints that must be kept elsewhere, in the order of the book.
pub(super) type Keep<'k> = dyn FnMut(&mut dyn Iterator<Item = u64>) -> io::Result<()> + 'k;

impl Default for RecentIds {
    fn default() -> Self {
        Self::Ascending(Ascending::default())
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
        if let Self::Ascending(ascending) = self {
            if ascending.insert_all(ids, keep)? {
                return Ok(true);
            }
            // From here on all are kept, since those that are let go may come again.
            keep(&mut ascending.fingerprints())?;
            *self = Self::of_ascending(ascending);
        }
        let fingerprints: Vec<u64> = ids.fingerprints().collect();
        let are_new = self.look_up(&fingerprints);
        if are_new {
            keep(&mut fingerprints.into_iter())?;
        }
        Ok(are_new)
    }

    fn of_ascending(ascending: &Ascending) -> Self {
        let count = ascending.count();
        let skipped = count.saturating_sub(2 * GENERATION_MAX - 1);
        // One less than a generation, so that the next identifier does not push the older ones out.
        let older = (count - skipped + 1).saturating_sub(GENERATION_MAX);
        let mut held = ascending.fingerprints().skip(skipped);
        Self::Any {
            is_partial: ascending.is_partial() || skipped > 0,
            previous: held.by_ref().take(older).collect(),
            current: held.collect(),
        }
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

/// The fingerprint of an identifier.
pub(super) fn fingerprint(id: &[u8]) -> u64 {
    // The keys are fixed, so a run is repeatable.
    OfIds::with_seed(0).hash_one(id)
}

/// Shorter ones first, so that INV-9 comes before INV-10.
pub(crate) fn order(left: &[u8], right: &[u8]) -> Ordering {
    left.len().cmp(&right.len()).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

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

    /// Blocks of identifiers that are numbered on, mostly; some go back, some come again.
    fn blocks() -> impl Strategy<Value = Vec<Vec<String>>> {
        let series = prop_oneof![6 => Just("INV-"), 1 => Just("A"), 1 => Just("")];
        let run = (
            series,
            prop_oneof![3 => 0_i64..40, 1 => -30_i64..2],
            1_i64..60,
            1_usize..5,
        );
        prop::collection::vec(prop::collection::vec(run, 0..4), 1..8).prop_map(|blocks| {
            let mut number = 900_i64;
            let mut ids_of = |(series, gap, count, digits): (&str, i64, i64, usize)| {
                let first = (number + gap).max(0);
                number = first + count;
                let ids = (first..number).map(|number| format!("{series}{number:0digits$}"));
                ids.collect::<Vec<_>>()
            };
            let block = |runs: Vec<_>| runs.into_iter().flat_map(&mut ids_of).collect();
            blocks.into_iter().map(block).collect()
        })
    }

    proptest! {
        #[test]
        fn what_was_there_before_is_found_however_identifiers_are_numbered(blocks in blocks()) {
            let (mut ids, mut kept) = (RecentIds::default(), Vec::new());
            let (mut known, mut listed) = (HashSet::new(), Vec::new());
            for names in &blocks {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let mut new = known.clone();
                let are_new = names.iter().all(|name| new.insert((*name).to_owned()));
                let block = block(&names);
                let keep = &mut |left: &mut dyn Iterator<Item = u64>| { kept.extend(left); Ok(()) };
                prop_assert_eq!(ids.insert_all(&block, keep)?, are_new);
                prop_assert!(block.fingerprints().eq(names.iter().map(|name| super::fingerprint(name.as_bytes()))));
                if are_new {
                    known = new;
                    listed.extend(block.fingerprints());
                }
            }
            // Once the order is broken all are kept, in the order of the book.
            prop_assert!(kept.is_empty() || kept == listed);
        }
    }
}
