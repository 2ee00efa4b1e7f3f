//! Where a byte stands next, found ahead of the values.
//!
//! Where a row ends follows from its values, but then no row could be begun before the one above it is
//! read. The mark is known before, and what is read is only held against it, so the processor reads
//! several rows at once.

use memchr::Memchr;

/// The places of one byte in a text.
#[derive(Debug)]
pub(super) struct Marks<'b> {
    bytes: &'b [u8],
    byte: u8,
    places: Memchr<'b>,
    start: usize,
    next: usize,
}

impl<'b> Marks<'b> {
    pub(super) fn new(byte: u8, bytes: &'b [u8]) -> Self {
        let mut marks = Self {
            bytes,
            byte,
            places: memchr::memchr_iter(byte, bytes),
            start: 0,
            next: 0,
        };
        marks.advance();
        marks
    }

    /// The first mark at or behind `at`; `usize::MAX` when there is none.
    #[inline]
    pub(super) fn at_or_behind(&mut self, at: usize) -> usize {
        while self.next < at {
            self.advance();
        }
        self.next
    }

    /// Begins again at `at`, which may lie far ahead or behind.
    pub(super) fn resume(&mut self, at: usize) {
        self.places = memchr::memchr_iter(self.byte, self.bytes.get(at..).unwrap_or_default());
        self.start = at;
        self.advance();
    }

    #[inline]
    fn advance(&mut self) {
        let place = self.places.next();
        self.next = place.map_or(usize::MAX, |place| self.start + place);
    }
}
