//! The differences of a book as counts, in bounded memory: percentiles follow from them exactly.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

/// So many distinct differences are kept in memory, about 25 MiB; more go to temporary files.
const DISTINCT_MAX: usize = 400_000;

/// A currency's place in the report, and a difference in units.
pub(crate) type Key = (u16, i128);

/// Counts of equal differences.
#[derive(Debug)]
pub(crate) struct Spread {
    counts: BTreeMap<Key, u64>,
    /// Sorted counts set aside, each in a file that the system removes.
    runs: Vec<File>,
    distinct_max: usize,
}

impl Default for Spread {
    fn default() -> Self {
        Self::with_room_for(DISTINCT_MAX)
    }
}

impl Spread {
    fn with_room_for(distinct_max: usize) -> Self {
        Self {
            counts: BTreeMap::new(),
            runs: Vec::new(),
            distinct_max,
        }
    }

    /// Counts one difference.
    pub(crate) fn add(&mut self, key: Key) -> io::Result<()> {
        self.add_many(key, 1)
    }

    /// Counts equal differences.
    pub(crate) fn add_many(&mut self, key: Key, count: u64) -> io::Result<()> {
        *self.counts.entry(key).or_default() += count;
        if self.counts.len() > self.distinct_max {
            self.set_aside()?;
        }
        Ok(())
    }

    fn set_aside(&mut self) -> io::Result<()> {
        let mut out = BufWriter::new(tempfile::tempfile()?);
        for ((group, units), count) in std::mem::take(&mut self.counts) {
            out.write_all(&group.to_le_bytes())?;
            out.write_all(&units.to_le_bytes())?;
            out.write_all(&count.to_le_bytes())?;
        }
        let mut file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.runs.push(file);
        Ok(())
    }

    /// All counts in order, to `each`; equal keys may come several times.
    pub(crate) fn in_order(
        self,
        mut each: impl FnMut(Key, u64) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut sources: Vec<Run> = self.runs.into_iter().map(Run::of_file).collect();
        sources.push(Run::Memory(self.counts.into_iter()));
        let mut heads = BinaryHeap::new();
        for (index, source) in sources.iter_mut().enumerate() {
            heads.extend(source.next()?.map(|head| Reverse((head, index))));
        }
        while let Some(Reverse(((key, count), index))) = heads.pop() {
            each(key, count)?;
            heads.extend(sources[index].next()?.map(|head| Reverse((head, index))));
        }
        Ok(())
    }
}

enum Run {
    Memory(std::collections::btree_map::IntoIter<Key, u64>),
    File(BufReader<File>),
}

impl Run {
    fn of_file(file: File) -> Self {
        Self::File(BufReader::new(file))
    }

    fn next(&mut self) -> io::Result<Option<(Key, u64)>> {
        let input = match self {
            Self::Memory(counts) => return Ok(counts.next()),
            Self::File(input) => input,
        };
        let mut group = [0; 2];
        match input.read_exact(&mut group) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let (mut units, mut count) = ([0; 16], [0; 8]);
        input.read_exact(&mut units)?;
        input.read_exact(&mut count)?;
        let key = (u16::from_le_bytes(group), i128::from_le_bytes(units));
        Ok(Some((key, u64::from_le_bytes(count))))
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn counts_come_in_order_whether_or_not_they_fit_the_memory() {
        let differences = [5, -3, 5, 12, 0, -3, 7, 5, 12, -900];
        for room in [1, 2, 100] {
            let mut spread = Spread::with_room_for(room);
            for units in differences {
                spread.add((u16::from(units > 6), units)).unwrap();
            }
            let mut seen = Vec::new();
            spread
                .in_order(|key, count| {
                    seen.extend((0..count).map(|_| key));
                    Ok(())
                })
                .unwrap();
            let mut expected = differences.map(|units| (u16::from(units > 6), units));
            expected.sort_unstable();
            assert_eq!(seen, expected, "{room}");
        }
    }
}
