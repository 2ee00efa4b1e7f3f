//! `ledgerly price` and `ledgerly explain`.

use pricing::PricingEngine;

use super::args::{BookOptions, OnError, PriceOptions};
use super::exit::ExitStatus;
use super::progress;
use crate::bulk::{self, Job, PricedBlock};
use crate::error::{BadInput, Error};
use crate::policy::Rules;
use crate::read::{Book, OriginalRecord, PlainTotals, ReadError, ReadInvoice};
use crate::write::{RejectWriter, Target};

mod results;

use results::PriceResults;

/// Prices the book and writes its totals or quotes.
pub(super) fn price(options: &PriceOptions) -> Result<ExitStatus, Error> {
    let bar = progress::bar_over(&options.book.inputs);
    let rules = options.rules.load()?;
    let book = Book::new(options.book.inputs.clone(), options.book.input_format);
    let book = if options.book.sort {
        book.sorted()
    } else {
        book
    };
    let book = options
        .rules
        .applied_to(book, &rules)
        .read_through(progress::wrap(bar.clone()));
    let mut run = Run {
        rules,
        book,
        rejects: rejects_of(&options.book)?,
        count: 0,
    };
    let priced = run.price_all(options);
    bar.finish_and_clear();
    run.publish(priced?)
}

struct Run {
    rules: Rules,
    book: Book,
    rejects: Option<RejectWriter<Target>>,
    /// Invoices read so far, rejected ones included.
    count: u64,
}

impl Run {
    fn price_all(&mut self, options: &PriceOptions) -> Result<PriceResults, Error> {
        let first = self.next_good()?;
        let original = self.book.original_record()?;
        let first = first.map(|read| (read, original));
        // Whether the book holds one invoice or many is known when the second is looked for.
        let second = self.next_good()?;
        let is_single = self.count == 1;
        let mut results = PriceResults::create(options, is_single)?;
        if let Some((read, original)) = first {
            self.price_one(&read, Some(&original), &mut results)?;
        }
        if let Some(read) = second {
            self.price_one(&read, None, &mut results)?;
        }
        if results.takes_blocks() {
            self.book.leave_skus();
        }
        loop {
            if results.takes_blocks() {
                self.price_blocks(&mut results)?;
            }
            match self.next_good()? {
                Some(read) => self.price_one(&read, None, &mut results)?,
                None => return Ok(results),
            }
        }
    }

    /// Prices what can be read in blocks, on all cores.
    fn price_blocks(&mut self, results: &mut PriceResults) -> Result<(), Error> {
        while let Some(rest) = self.book.take_rest()? {
            let (file, rules) = (self.book.file().to_owned(), self.rules.clone());
            let job = Job {
                file: &file,
                rules: &rules,
                format: results.format,
                sums_up: results.sums_up(),
            };
            bulk::price(rest, &job, |priced| self.take(priced, results))?;
        }
        self.price_columns(results)
    }

    /// Prices what stands in columns, batch by batch, up to the next invoice for the general path.
    fn price_columns(&mut self, results: &mut PriceResults) -> Result<(), Error> {
        let rules = self.rules.clone();
        let kernel = rules.engine_on(None).ok().and_then(PricingEngine::kernel);
        // A summary is of all steps, which the kernel does not tell.
        let Some(kernel) = kernel.filter(|_| !results.sums_up()) else {
            return Ok(());
        };
        let mut totals = PlainTotals::default();
        while self.book.add_plain_totals(kernel, &mut totals)? {
            self.count += totals.count() as u64;
            results.add_totals(&totals, kernel.places())?;
            totals = totals.cleared();
        }
        Ok(())
    }

    /// Takes the prices of a block, or prices it again invoice by invoice when something is wrong that
    /// ends the run: so it ends at the very same place, whatever the number of cores. Returns what can
    /// be used again.
    fn take(
        &mut self,
        mut priced: PricedBlock,
        results: &mut PriceResults,
    ) -> Result<Option<PricedBlock>, Error> {
        let block = &mut priced.results;
        let ends_here = block.is_torn || (self.rejects.is_none() && !block.refused.is_empty());
        if ends_here || !self.book.notes(&block.ids)? {
            self.book.put_back(priced.block);
            while let Some(read) = self.next_good_within_input()? {
                self.price_one(&read, None, results)?;
            }
            return Ok(None);
        }
        self.count += block.count;
        for refused in block.refused.drain(..) {
            self.reject(refused.bad, &refused.original)?;
        }
        results.add_block(block)?;
        Ok(Some(priced))
    }

    /// The next invoice that could be read; bad ones are rejected on the way.
    fn next_good(&mut self) -> Result<Option<ReadInvoice>, Error> {
        while let Some(read) = self.book.next() {
            if let Some(good) = self.good(read)? {
                return Ok(Some(good));
            }
        }
        Ok(None)
    }

    fn next_good_within_input(&mut self) -> Result<Option<ReadInvoice>, Error> {
        while let Some(read) = self.book.next_within_input() {
            if let Some(good) = self.good(read)? {
                return Ok(Some(good));
            }
        }
        Ok(None)
    }

    /// Counts an invoice that was read; a bad one is rejected.
    fn good(&mut self, read: Result<ReadInvoice, ReadError>) -> Result<Option<ReadInvoice>, Error> {
        self.count += 1;
        match read {
            Ok(invoice) => Ok(Some(invoice)),
            Err(ReadError::Fatal(error)) => Err(error),
            Err(ReadError::Rejected(bad)) => {
                let original = self.book.original_record()?;
                self.reject(bad, &original)?;
                Ok(None)
            }
        }
    }

    fn price_one(
        &mut self,
        read: &ReadInvoice,
        original: Option<&OriginalRecord>,
        results: &mut PriceResults,
    ) -> Result<(), Error> {
        let added = match self.rules.engine_for(&read.invoice) {
            Err(error) => Err(error.to_string()),
            Ok(engine) => results.add(read, engine)?,
        };
        let Err(error) = added else {
            return Ok(());
        };
        let bad = read.unpriced(self.book.file(), &error);
        let original = match original {
            Some(original) => original.clone(),
            None => self.book.original_record()?,
        };
        self.reject(bad, &original)
    }

    fn reject(&mut self, bad: BadInput, original: &OriginalRecord) -> Result<(), Error> {
        match &mut self.rejects {
            None => Err(bad.into()),
            Some(rejects) => rejects
                .reject(&bad, original)
                .map_err(|error| Error::io("writing", "the rejects", error)),
        }
    }

    /// Lets the results appear, after the rejects: whoever sees results can trust that all that is
    /// missing in them stands there.
    fn publish(self, results: PriceResults) -> Result<ExitStatus, Error> {
        let mut status = ExitStatus::Done;
        if let Some(rejects) = self.rejects {
            let rejected = rejects.count();
            if rejected > 0 {
                eprintln!("{rejected} of {} invoices rejected", self.count);
                status = ExitStatus::Rejects;
            }
            let rejects = rejects.finish();
            let rejects = rejects.map_err(|error| Error::io("writing", "the rejects", error))?;
            rejects.publish()?;
        }
        results.publish()?;
        Ok(status)
    }
}

fn rejects_of(options: &BookOptions) -> Result<Option<RejectWriter<Target>>, Error> {
    match (options.on_error, &options.rejects) {
        (OnError::Stop, None) => Ok(None),
        (OnError::Stop, Some(_)) => Err(Error::Usage(
            "--rejects is written only with --on-error skip (add that, or leave --rejects out)"
                .to_owned(),
        )),
        (OnError::Skip, None) => Err(Error::Usage(
            "--on-error skip needs --rejects FILE, where the rejected invoices are kept".to_owned(),
        )),
        (OnError::Skip, Some(path)) if *path == options.output => Err(Error::Usage(format!(
            "--rejects and --output both name {} (give each its own file)",
            path.display()
        ))),
        (OnError::Skip, Some(path)) => Ok(Some(RejectWriter::new(Target::create(path)?))),
    }
}
