//! The identifiers of a block of a book.

use std::cmp::Ordering;

use super::consecutive::{self, is_next};
use super::{fingerprint, order};

/// Identifiers in their order.
#[derive(Debug, Default)]
pub(crate) struct BlockIds {
    first: Vec<u8>,
    last: Vec<u8>,
    count: usize,
    is_ascending: bool,
    /// The fingerprints, if the identifiers are not consecutive.
    listed: Vec<u64>,
}

impl BlockIds {
    /// The same without identifiers, its memory kept.
    pub(crate) fn cleared(mut self) -> Self {
        self.count = 0;
        self.listed.clear();
        self
    }

    /// The first and the last identifier.
    pub(crate) fn ends(&self) -> Option<(&[u8], &[u8])> {
        (self.count > 0).then_some((&self.first, &self.last))
    }

    /// Whether each identifier comes after the one before it.
    pub(crate) fn is_ascending(&self) -> bool {
        self.is_ascending
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether the first one and the count tell them all.
    pub(super) fn is_consecutive(&self) -> bool {
        self.listed.is_empty()
    }

    pub(super) fn fingerprints(&self) -> impl Iterator<Item = u64> {
        let consecutive = if self.is_consecutive() { self.count } else { 0 };
        let consecutive = consecutive::fingerprints(&self.first, consecutive);
        self.listed.iter().copied().chain(consecutive)
    }

    /// Adds the next identifier.
    #[inline]
    pub(crate) fn add(&mut self, id: &[u8]) {
        self.add_all([id].into_iter());
    }

    /// Adds identifiers that follow one another.
    #[inline]
    pub(crate) fn add_all<'i>(&mut self, mut ids: impl Iterator<Item = &'i [u8]>) {
        let Some(id) = ids.next() else {
            return;
        };
        if self.count == 0 {
            self.is_ascending = true;
            self.first.clear();
            self.first.extend_from_slice(id);
            self.count = 1;
        } else {
            let last = std::mem::take(&mut self.last);
            self.add_behind(&last, id);
            self.last = last;
        }
        let mut last = id;
        for id in ids {
            self.add_behind(last, id);
            last = id;
        }
        self.last.clear();
        self.last.extend_from_slice(last);
    }

    #[inline]
    fn add_behind(&mut self, last: &[u8], id: &[u8]) {
        if !(self.is_consecutive() && is_next(last, id)) {
            self.list(last, id);
        }
        self.count += 1;
    }

    /// Lists all identifiers so far and `id`.
    fn list(&mut self, last: &[u8], id: &[u8]) {
        if self.is_consecutive() {
            let listed = consecutive::fingerprints(&self.first, self.count);
            self.listed.extend(listed);
        }
        self.listed.push(fingerprint(id));
        self.is_ascending = self.is_ascending && order(last, id) == Ordering::Less;
    }
}
