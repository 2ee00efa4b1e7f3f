//! The largest changes: by size, then by identifier, so that it does not matter in which order they come.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::impact::report::Change;
use crate::impact::units::Units;

/// At most so many changes.
pub(super) struct Largest {
    heap: BinaryHeap<Reverse<Large>>,
    max: usize,
}

impl Largest {
    pub(super) fn new(max: usize) -> Self {
        Self {
            heap: BinaryHeap::new(),
            max,
        }
    }

    /// Keeps a change if it is among the largest; only then it is made.
    pub(super) fn keep(
        &mut self,
        invoice_id: &str,
        difference: Units,
        change: impl FnOnce() -> Change,
    ) {
        let rank = rank(invoice_id, difference);
        let is_full = self.heap.len() >= self.max;
        let is_larger = |Reverse(least): &Reverse<Large>| least.rank() < rank;
        if !is_full || self.heap.peek().is_some_and(is_larger) {
            self.heap.push(Reverse(Large(change())));
        }
        if self.heap.len() > self.max {
            self.heap.pop();
        }
    }

    /// The largest first.
    pub(super) fn into_sorted(self) -> Vec<Change> {
        let sorted = self.heap.into_sorted_vec().into_iter();
        sorted.map(|Reverse(Large(change))| change).collect()
    }
}

/// A change among the largest.
struct Large(Change);

impl Large {
    fn rank(&self) -> (u128, Reverse<&str>) {
        rank(&self.0.invoice_id, self.0.difference)
    }
}

fn rank(invoice_id: &str, difference: Units) -> (u128, Reverse<&str>) {
    (difference.count().unsigned_abs(), Reverse(invoice_id))
}

impl PartialEq for Large {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Large {}

impl PartialOrd for Large {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Large {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}
