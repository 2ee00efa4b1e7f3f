//! A column chunk of a file, read ahead: its pages are parts of what was read, not copies.

use std::io::{Chain, Read};
use std::mem;
use std::sync::{Mutex, PoisonError};

use bytes::Buf;
use bytes::Bytes;
use bytes::buf::Reader;
use parquet::errors::Result as OfParquet;
use parquet::file::reader::{ChunkReader, Length};

use crate::read::columnar::shared_file::{ReaderAt, SharedFile};

/// So much is read at once.
const AHEAD_BYTES: usize = 64 * 1024;

/// More than almost every header of a page has.
const HEADER_BYTES: usize = 4096;

/// The bytes of a file up to the end of a column chunk.
#[derive(Debug)]
pub(super) struct Ahead {
    file: SharedFile,
    end: u64,
    read: Mutex<Window>,
}

/// What was read last.
#[derive(Debug, Default)]
struct Window {
    start: u64,
    bytes: Bytes,
}

impl Window {
    /// The bytes from `start` on, if the window has so many.
    fn part(&self, start: u64, length: usize) -> Option<Bytes> {
        let from = usize::try_from(start.checked_sub(self.start)?).ok()?;
        let to = from.checked_add(length)?;
        (to <= self.bytes.len()).then(|| self.bytes.slice(from..))
    }
}

impl Ahead {
    pub(super) fn new(file: SharedFile, end: u64) -> Self {
        let end = end.min(file.len());
        Self {
            file,
            end,
            read: Mutex::default(),
        }
    }

    /// The bytes from `start` on that are in memory, at least `length` if the chunk has them.
    fn from(&self, start: u64, length: usize) -> OfParquet<Bytes> {
        let mut window = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let left = usize::try_from(self.end.saturating_sub(start)).unwrap_or(usize::MAX);
        let wanted = length.min(left);
        if let Some(bytes) = window.part(start, wanted) {
            return Ok(bytes);
        }
        // The header of the next page is read with a page, which alone would have to be read for it.
        let length = wanted.saturating_add(HEADER_BYTES).max(AHEAD_BYTES);
        let memory = mem::take(&mut window.bytes).try_into_mut();
        let memory = memory.unwrap_or_default();
        window.bytes = self.file.bytes_in(memory, start, length.min(left))?;
        window.start = start;
        Ok(window.bytes.clone())
    }
}

impl Length for Ahead {
    fn len(&self) -> u64 {
        self.file.len()
    }
}

impl ChunkReader for Ahead {
    type T = Chain<Reader<Bytes>, ReaderAt>;

    fn get_read(&self, start: u64) -> OfParquet<Self::T> {
        // Copied, so that the memory of the window is free again for the page behind the header.
        let bytes = self.from(start, HEADER_BYTES)?;
        let bytes = Bytes::copy_from_slice(&bytes[..bytes.len().min(HEADER_BYTES)]);
        let behind = start + bytes.len() as u64;
        Ok(bytes.reader().chain(self.file.reader_at(behind)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> OfParquet<Bytes> {
        let mut bytes = self.from(start, length)?;
        if bytes.len() < length {
            return self.file.get_bytes(start, length);
        }
        bytes.truncate(length);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use parquet::file::reader::ChunkReader;
    use proptest::prelude::*;

    use super::{AHEAD_BYTES, Ahead, SharedFile};

    const END: usize = 5 * AHEAD_BYTES;

    /// A file whose bytes tell their places, but for multiples of 251.
    fn byte_at(place: usize) -> u8 {
        u8::try_from(place % 251).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn pages_of_any_length_are_read_as_they_stand_in_the_file(
            lengths in prop::collection::vec(
                prop_oneof![0..300_usize, 0..AHEAD_BYTES, 0..2 * AHEAD_BYTES],
                1..12,
            ),
        ) {
            let bytes: Vec<u8> = (0..END + 9).map(byte_at).collect();
            let mut file = tempfile::tempfile()?;
            file.write_all(&bytes)?;
            let ahead = Ahead::new(SharedFile::new(file)?, END as u64);
            let (mut at, mut held) = (0, Vec::new());
            for (place, length) in lengths.into_iter().enumerate() {
                let mut header = [0; 20];
                ahead.get_read(at as u64)?.read_exact(&mut header)?;
                prop_assert_eq!(&header[..], &bytes[at..at + 20]);
                at += 20;
                if at + length + 20 > END {
                    break;
                }
                let page = ahead.get_bytes(at as u64, length)?;
                prop_assert_eq!(&page[..], &bytes[at..at + length]);
                // What is still held stays as it is when more is read.
                if place % 2 == 0 {
                    held.push((at, page));
                }
                at += length;
            }
            for (at, page) in held {
                prop_assert_eq!(&page[..], &bytes[at..at + page.len()]);
            }
            prop_assert!(ahead.get_bytes(END as u64, 10).is_err());
        }
    }
}
