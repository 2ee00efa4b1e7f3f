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
