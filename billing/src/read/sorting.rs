//! Sorting more than memory holds: sorted runs in temporary files, merged when they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// What is sorted is held in memory up to so much.
const MEMORY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// So many runs are merged at a time, each through a buffer of its own.
const RUNS_MAX: usize = 64;
const BUFFER_BYTES: usize = 64 * 1024;

/// What can be sorted.
pub(super) trait Record: Ord + Sized {
    /// The memory that it takes.
    fn memory(&self) -> usize;

    fn write(&self, out: &mut impl Write) -> io::Result<()>;

    /// Reads what was written; `None` at the end.
    fn read(input: &mut impl Read) -> io::Result<Option<Self>>;
}

/// Takes records in any order.
pub(super) struct Sorter<T> {
    records: Vec<T>,
    memory: usize,
    memory_max: usize,
    runs: Vec<File>,
}

/// Gives records in their order.
pub(super) enum Sorted<T> {
    InMemory(std::vec::IntoIter<T>),
    Merged(Merge<T>),
}

impl<T: Record> Sorter<T> {
    pub(super) fn new() -> Self {
        Self::within(MEMORY_BYTES_MAX)
    }

    /// One that holds so much in memory.
    fn within(memory_max: usize) -> Self {
        Self {
            records: Vec::new(),
            memory: 0,
            memory_max,
            runs: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, record: T) -> io::Result<()> {
        self.memory += record.memory();
        self.records.push(record);
        if self.memory < self.memory_max {
            return Ok(());
        }
        self.write_run()
    }

    pub(super) fn finish(mut self) -> io::Result<Sorted<T>> {
        if self.runs.is_empty() {
            self.records.sort_unstable();
            return Ok(Sorted::InMemory(self.records.into_iter()));
        }
        self.write_run()?;
        Ok(Sorted::Merged(Merge::of(self.runs)?))
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.records.sort_unstable();
        self.memory = 0;
        let run = run_of(self.records.drain(..).map(Ok))?;
        self.runs.push(run);
        if self.runs.len() == RUNS_MAX {
            let merged = run_of(Merge::<T>::of(std::mem::take(&mut self.runs))?)?;
            self.runs.push(merged);
        }
        Ok(())
    }
}

/// The records in a file that the system removes.
fn run_of<T: Record>(records: impl Iterator<Item = io::Result<T>>) -> io::Result<File> {
    let mut out = BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile()?);
    for record in records {
        record?.write(&mut out)?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

impl<T: Record> Iterator for Sorted<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::InMemory(records) => records.next().map(Ok),
            Self::Merged(merge) => merge.next(),
        }
    }
}

/// The records of several runs in their order.
pub(super) struct Merge<T> {
    runs: Vec<BufReader<File>>,
    /// The first record of each run, with the run's place.
    next: BinaryHeap<Reverse<(T, usize)>>,
}

impl<T: Record> Merge<T> {
    fn of(runs: Vec<File>) -> io::Result<Self> {
        let mut merge = Self {
            runs: Vec::with_capacity(runs.len()),
            next: BinaryHeap::with_capacity(runs.len()),
        };
        for (place, mut run) in runs.into_iter().enumerate() {
            run.rewind()?;
            merge.runs.push(BufReader::with_capacity(BUFFER_BYTES, run));
            merge.advance(place)?;
        }
        Ok(merge)
    }

    fn advance(&mut self, place: usize) -> io::Result<()> {
        if let Some(record) = T::read(&mut self.runs[place])? {
            self.next.push(Reverse((record, place)));
        }
        Ok(())
    }
}

impl<T: Record> Iterator for Merge<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((record, place)) = self.next.pop()?;
        Some(self.advance(place).map(|()| record))
    }
}

impl Record for u64 {
    fn memory(&self) -> usize {
        size_of::<Self>()
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.to_le_bytes())
    }

    fn read(input: &mut impl Read) -> io::Result<Option<Self>> {
        let mut bytes = [0; size_of::<Self>()];
        Ok(is_read(input, &mut bytes)?.then(|| Self::from_le_bytes(bytes)))
    }
}

/// Fills `bytes`; false when the input has ended before them.
pub(super) fn is_read(input: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match input.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{RUNS_MAX, Sorter};

    #[test]
    fn what_memory_does_not_hold_comes_in_order_all_the_same() {
        for memory_max in [8, 64, 1 << 20] {
            let mut sorter = Sorter::within(memory_max);
            let count = RUNS_MAX as u64 * 5;
            for number in 0..count {
                sorter.add(number * 7919 % count / 2).unwrap();
            }
            let records = sorter.finish().unwrap().map(Result::unwrap);
            let expected: Vec<u64> = (0..count).map(|number| number / 2).collect();
            assert_eq!(records.collect::<Vec<u64>>(), expected, "{memory_max}");
        }
    }
}
