//! A file that several decoders read at once, each from its own place; how much was read is told.
//!
//! Not the clones that `File` makes of itself: they share one place.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use parquet::errors::{ParquetError, Result as OfParquet};
use parquet::file::reader::{ChunkReader, Length};

/// A file.
#[derive(Clone, Debug)]
pub(super) struct SharedFile {
    file: Arc<Mutex<File>>,
    length: u64,
    read: Arc<AtomicU64>,
}

/// The bytes of a file from some place on.
#[derive(Debug)]
pub(super) struct ReaderAt {
    file: SharedFile,
    at: u64,
}

impl SharedFile {
    pub(super) fn new(file: File) -> io::Result<Self> {
        Ok(Self {
            length: file.metadata()?.len(),
            file: Arc::new(Mutex::new(file)),
            read: Arc::default(),
        })
    }

    /// How many bytes were read since this was asked last.
    pub(super) fn take_read(&self) -> u64 {
        self.read.swap(0, Ordering::Relaxed)
    }

    /// The bytes from `at` on.
    pub(super) fn reader_at(&self, at: u64) -> ReaderAt {
        ReaderAt {
            file: self.clone(),
            at,
        }
    }

    /// `length` bytes from `start` on, in memory that is no longer needed.
    pub(super) fn bytes_in(
        &self,
        mut memory: BytesMut,
        start: u64,
        length: usize,
    ) -> OfParquet<Bytes> {
        let cut = || {
            let problem = format!("{length} bytes at {start} go beyond the end of the file");
            ParquetError::EOF(problem)
        };
        // A length that a damaged file states is not set aside.
        if length as u64 > self.length.saturating_sub(start) {
            return Err(cut());
        }
        memory.resize(length, 0);
        let read = self.read_at(start, |file| file.read_exact(&mut memory).map(|()| length));
        read.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => cut(),
            _ => error.into(),
        })?;
        Ok(memory.freeze())
    }

    fn read_at(
        &self,
        at: u64,
        read: impl FnOnce(&mut File) -> io::Result<usize>,
    ) -> io::Result<usize> {
        // Whoever panicked has left nothing but a place, which is set anew.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        let bytes = read(&mut file)?;
        self.read.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

impl Read for ReaderAt {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(self.at, |file| file.read(buffer))?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Length for SharedFile {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for SharedFile {
    type T = BufReader<ReaderAt>;

    fn get_read(&self, start: u64) -> OfParquet<Self::T> {
        Ok(BufReader::new(self.reader_at(start)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> OfParquet<Bytes> {
        self.bytes_in(BytesMut::new(), start, length)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use parquet::file::reader::{ChunkReader, Length};

    use super::SharedFile;

    #[test]
    fn each_reader_has_its_own_place() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"abcdefghij").unwrap();
        let file = SharedFile::new(file).unwrap();
        assert_eq!(file.len(), 10);
        let (mut one, mut two) = (file.get_read(1).unwrap(), file.get_read(5).unwrap());
        let mut next = |from_one: bool| {
            let mut letters = [0; 2];
            let reader = if from_one { &mut one } else { &mut two };
            reader.read_exact(&mut letters).unwrap();
            String::from_utf8(letters.to_vec()).unwrap()
        };
        assert_eq!([next(true), next(false), next(true)], ["bc", "fg", "de"]);
        assert_eq!(&file.get_bytes(7, 3).unwrap()[..], b"hij");
        assert!(file.take_read() >= 9);
        assert_eq!(file.take_read(), 0);
        let problem = file.get_bytes(8, 3).unwrap_err().to_string();
        assert!(
            problem.ends_with("3 bytes at 8 go beyond the end of the file"),
            "{problem}"
        );
    }
}
