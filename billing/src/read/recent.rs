//! Which invoices a book has had, in bounded memory.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;

/// Fingerprints in one generation; two generations stay under 20 MiB.
const GENERATION_MAX: usize = 500_000;

/// Remembers at least the last half million identifiers, by a 64-bit fingerprint: of a million
/// different ones, the chance that any two share theirs is below one in ten million.
#[derive(Debug, Default)]
pub(super) struct RecentIds {
    current: HashSet<u64>,
    previous: HashSet<u64>,
}

impl RecentIds {
    /// Notes `invoice_id`; false when it was there before.
    pub(super) fn insert(&mut self, invoice_id: &str) -> bool {
        // The default hasher has fixed keys, so a run is repeatable.
        let mut hasher = DefaultHasher::new();
        invoice_id.hash(&mut hasher);
        let fingerprint = hasher.finish();
        if self.current.len() >= GENERATION_MAX {
            self.previous = mem::take(&mut self.current);
        }
        !self.previous.contains(&fingerprint) && self.current.insert(fingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::{GENERATION_MAX, RecentIds};

    #[test]
    fn an_identifier_is_remembered_over_half_a_million_others() {
        let mut ids = RecentIds::default();
        assert!(ids.insert("INV-1"));
        for number in 0..GENERATION_MAX {
            assert!(ids.insert(&format!("other {number}")));
        }
        assert!(!ids.insert("INV-1"));
    }
}
