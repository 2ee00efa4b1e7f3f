//! `ledgerly impact --filter`: a part of a book in; its changes, and the sums that add up with those of
//! other parts, out.

use super::{Row, largest_max, sides};
use crate::cli::args::ImpactOptions;
use crate::cli::exit::ExitStatus;
use crate::cli::filter::{FilterInput, ended};
use crate::error::{BadInput, Error};
use crate::filter::{Channel, FilterStream, Reject, StreamFormat};
use crate::impact::{Sides, Tally};
use crate::read::{Book, ReadError, ReadInvoice};

/// Compares one input as a filter.
pub(super) fn impact(options: &ImpactOptions, format: StreamFormat) -> Result<ExitStatus, Error> {
    if format == StreamFormat::Csv {
        return Err(Error::Usage(
            "an impact has more columns than a row of totals (allowed: --filter, --filter=arrow)"
                .to_owned(),
        ));
    }
    let sides = sides(options)?;
    let input = FilterInput::of(&options.book, options.input_format, options.input_bytes)?;
    let mut filter = ImpactFilter {
        book: input.book().under(sides.before.clone()),
        sides,
        out: FilterStream::open(&Channel::of(&options.output), format, None)?,
        tally: Tally::new(largest_max(options)),
        sums_only: options.sums_only,
    };
    ended(filter.compare_all().and_then(|()| filter.finish(&input)))
}

struct ImpactFilter {
    sides: Sides,
    book: Book,
    out: FilterStream,
    tally: Tally,
    sums_only: bool,
}

impl ImpactFilter {
    fn compare_all(&mut self) -> Result<(), Error> {
        while let Some(read) = self.book.next() {
            match read {
                Ok(read) => self.compare(&read)?,
                Err(ReadError::Fatal(error)) => return Err(error),
                Err(ReadError::Rejected(bad)) => {
                    let id = self.book.refused_id().map(str::to_owned);
                    self.out.count_one(id.as_deref());
                    self.reject(&bad, id)?;
                }
            }
        }
        Ok(())
    }

    fn compare(&mut self, read: &ReadInvoice) -> Result<(), Error> {
        let id = read.invoice.invoice_id();
        self.out.count_one(Some(id));
        let difference = match self.sides.difference(&read.invoice) {
            Ok(difference) => difference,
            Err(problem) => {
                let problem = format!("invoice {id:?} cannot be compared: {problem}");
                let bad = self.book.bad_input(read.line, None, problem);
                return self.reject(&bad, Some(id.to_owned()));
            }
        };
        self.tally.add(&difference)?;
        if difference.is_any() && !self.sums_only {
            self.out
                .record(&Row::of(&difference, &difference.rules()))?;
        }
        Ok(())
    }

    fn reject(&mut self, bad: &BadInput, id: Option<String>) -> Result<(), Error> {
        let original = self.book.original_record()?;
        self.out.reject(&Reject::new(bad, &original, id))
    }

    fn finish(mut self, input: &FilterInput) -> Result<u64, Error> {
        let print = input.print(&self.book)?;
        self.tally.into_parts(&mut |part| self.out.record(part))?;
        self.out.finish(print, self.sides.hashes())
    }
}
