//! Which invoices a book has had: each stands once, however far apart two are.
//!
//! The last half million identifiers are held in memory, so that one that comes again among them is
//! refused where it stands. As long as identifiers rise, none can come again. Of a larger book whose
//! identifiers do not rise, all fingerprints are kept in a temporary file and sorted when the book has
//! been read; then one that stands twice ends the run.

use std::io::{self, BufReader, Seek, Write};

use tempfile::SpooledTempFile;

use super::recent::{BlockIds, RecentIds};
use super::sorting::{Record, Sorter};

/// So many bytes of fingerprints are kept in memory.
const MEMORY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The identifiers of a book.
pub(crate) struct SeenIds {
    recent: RecentIds,
    /// The fingerprints that `recent` does not hold for sure, in the order of the book.
    log: Log,
}

/// Fingerprints in the order of the book.
struct Log(io::BufWriter<SpooledTempFile>);

/// Two invoices with one fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeated {
    pub(crate) fingerprint: u64,
    /// Which invoice of the book is the first, from 1, counting those that have an identifier.
    pub(crate) first: u64,
    pub(crate) second: u64,
}

impl Default for SeenIds {
    fn default() -> Self {
        let spooled = SpooledTempFile::new(MEMORY_BYTES_MAX);
        Self {
            recent: RecentIds::default(),
            log: Log(io::BufWriter::new(spooled)),
        }
    }
}

impl SeenIds {
    /// Notes `invoice_id`; false when it was among the last ones.
    pub(super) fn insert(&mut self, invoice_id: &str) -> io::Result<bool> {
        let mut ids = BlockIds::default();
        ids.add(invoice_id.as_bytes());
        self.insert_all(&ids)
    }

    /// Notes the identifiers of a block; false, and nothing is noted, when one was among the last ones
    /// or stands twice among them.
    pub(super) fn insert_all(&mut self, ids: &BlockIds) -> io::Result<bool> {
        let log = &mut self.log;
        self.recent.insert_all(ids, &mut |left| log.add_all(left))
    }

    /// Invoices that share their identifier so far apart that it was not noticed; once the book is
    /// read. More may follow: the next is asked for with the fingerprint of the one before.
    pub(super) fn repeated(&mut self, after: Option<u64>) -> io::Result<Option<Repeated>> {
        if !self.recent.may_have_missed() {
            return Ok(None);
        }
        self.recent.let_go();
        let mut sorter = Sorter::new();
        self.log.each(|fingerprint| sorter.add(fingerprint))?;
        let mut last = None;
        for fingerprint in sorter.finish()? {
            let fingerprint = fingerprint?;
            let is_new = after.is_none_or(|after| fingerprint > after);
            if is_new && last == Some(fingerprint) {
                return self.log.places_of(fingerprint);
            }
            last = Some(fingerprint);
        }
        Ok(None)
    }
}

impl Log {
    fn add_all(&mut self, fingerprints: &mut dyn Iterator<Item = u64>) -> io::Result<()> {
        for fingerprint in fingerprints {
            fingerprint.write(&mut self.0)?;
        }
        Ok(())
    }

    fn each(&mut self, mut take: impl FnMut(u64) -> io::Result<()>) -> io::Result<()> {
        self.0.flush()?;
        let file = self.0.get_mut();
        file.rewind()?;
        let mut input = BufReader::with_capacity(64 * 1024, &mut *file);
        while let Some(fingerprint) = u64::read(&mut input)? {
            take(fingerprint)?;
        }
        file.seek(io::SeekFrom::End(0))?;
        Ok(())
    }

    fn places_of(&mut self, wanted: u64) -> io::Result<Option<Repeated>> {
        let (mut count, mut places) = (0, Vec::new());
        self.each(|fingerprint| {
            count += 1;
            if fingerprint == wanted {
                places.push(count);
            }
            Ok(())
        })?;
        Ok(match places[..] {
            [first, second, ..] => Some(Repeated {
                fingerprint: wanted,
                first,
                second,
            }),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Repeated, SeenIds};

    #[test]
    fn an_identifier_that_comes_again_a_million_invoices_later_is_found_in_the_end() {
        let count = 1_200_000_u64;
        // In their order, shuffled, and in order but for the one that comes again.
        let numbered: [fn(u64) -> u64; 2] = [|number| number, |number| number * 7919 % 1_200_000];
        for number_of in numbered {
            let mut ids = SeenIds::default();
            for number in 0..count {
                assert!(ids.insert(&number_of(number).to_string()).unwrap());
            }
            assert_eq!(ids.repeated(None).unwrap(), None);
            assert!(ids.insert(&number_of(6).to_string()).unwrap());
            let Repeated {
                fingerprint,
                first,
                second,
            } = ids.repeated(None).unwrap().unwrap();
            assert_eq!((first, second), (7, count + 1));
            assert_eq!(ids.repeated(Some(fingerprint)).unwrap(), None);
        }
    }
}
