//! `ledgerly price` and `ledgerly explain`.

use pricing::{Invoice, PricingEngine, PricingError, RoundingReport};

use super::args::{BookOptions, OnError, PriceOptions};
use super::exit::ExitStatus;
use super::progress;
use crate::error::{BadInput, Error};
use crate::policy::Rules;
use crate::read::{Book, OriginalRecord, ReadError, ReadInvoice};
use crate::write::{
    Explanation, OutputFormat, PriceWriter, RejectWriter, Shape, Target, write_rounding_report,
};

/// Prices the book and writes its totals or quotes.
pub(super) fn price(options: &PriceOptions) -> Result<ExitStatus, Error> {
    let bar = progress::bar_over(&options.book.inputs);
    let rules = Rules::load(options.rules.policy.as_deref(), options.rules.as_of)?;
    let book = Book::new(options.book.inputs.clone(), options.book.input_format)
        .under(rules.clone())
        .read_through(progress::wrap(bar.clone()));
    let mut run = Run {
        moved: options
            .rounding_report
            .as_ref()
            .map(|_| RoundingReport::default()),
        rules,
        book,
        rejects: rejects_of(&options.book)?,
        count: 0,
    };
    let priced = run.price_all(options);
    bar.finish_and_clear();
    let priced = priced?;
    if let (Some(moved), Some(path)) = (&run.moved, &options.rounding_report) {
        write_rounding_report(moved, path)?;
    }
    run.publish(priced)
}

struct Run {
    /// What rounding moved, when that is asked for.
    moved: Option<RoundingReport>,
    rules: Rules,
    book: Book,
    rejects: Option<RejectWriter<Target>>,
    /// Invoices read so far, rejected ones included.
    count: u64,
}

impl Run {
    fn price_all(&mut self, options: &PriceOptions) -> Result<PriceWriter<Target>, Error> {
        let first = self.next_good()?;
        let first = first.map(|read| (read, self.book.original_record()));
        // Whether the book holds one invoice or many is known when the second is looked for.
        let second = self.next_good()?;
        let is_single = self.count == 1;
        let format = options
            .book
            .format
            .unwrap_or(if is_single || options.explain {
                OutputFormat::Table
            } else {
                OutputFormat::Csv
            });
        let shape = match format {
            _ if options.explain => Shape::Explanation,
            OutputFormat::Table if is_single => Shape::Quote,
            _ => Shape::Total,
        };
        let mut writer = PriceWriter::new(Target::create(&options.book.output)?, format, shape);
        if let Some((read, original)) = first {
            self.price_one(&read, Some(&original), shape, &mut writer)?;
        }
        let mut next = second;
        while let Some(read) = next {
            self.price_one(&read, None, shape, &mut writer)?;
            next = self.next_good()?;
        }
        Ok(writer)
    }

    /// The next invoice that could be read; bad ones are rejected on the way.
    fn next_good(&mut self) -> Result<Option<ReadInvoice>, Error> {
        while let Some(read) = self.book.next() {
            self.count += 1;
            match read {
                Ok(invoice) => return Ok(Some(invoice)),
                Err(ReadError::Fatal(error)) => return Err(error),
                Err(ReadError::Rejected(bad)) => {
                    let original = self.book.original_record();
                    self.reject(bad, &original)?;
                }
            }
        }
        Ok(None)
    }

    fn price_one(
        &mut self,
        read: &ReadInvoice,
        original: Option<&OriginalRecord>,
        shape: Shape,
        writer: &mut PriceWriter<Target>,
    ) -> Result<(), Error> {
        let invoice = &read.invoice;
        let written = match self.rules.engine_for(invoice) {
            Err(error) => Err(error.to_string()),
            Ok(engine) => add_moved(&mut self.moved, engine, invoice)
                .and_then(|()| match shape {
                    Shape::Total => engine
                        .total(invoice)
                        .map(|total| writer.total(invoice.invoice_id(), total)),
                    Shape::Quote => engine.quote(invoice).map(|quote| writer.quote(&quote)),
                    Shape::Explanation => Explanation::of(invoice, engine)
                        .map(|explanation| writer.explanation(&explanation)),
                })
                .map_err(|error| error.to_string()),
        };
        match written {
            Ok(written) => written.map_err(|error| Error::io("writing", "the output", error)),
            Err(error) => {
                let bad = self.unpriced(read, &error);
                let current = || self.book.original_record();
                let original = original.cloned().unwrap_or_else(current);
                self.reject(bad, &original)
            }
        }
    }

    fn unpriced(&self, read: &ReadInvoice, error: &str) -> BadInput {
        let id = read.invoice.invoice_id();
        self.book.bad_input(
            read.line,
            None,
            format!("invoice {id:?} cannot be priced: {error}"),
        )
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
    fn publish(self, prices: PriceWriter<Target>) -> Result<ExitStatus, Error> {
        let mut status = ExitStatus::Done;
        if let Some(rejects) = self.rejects {
            let rejected = rejects.count();
            if rejected > 0 {
                eprintln!("{rejected} of {} invoices rejected", self.count);
                status = ExitStatus::Rejects;
            }
            finished("the rejects", rejects.finish())?.publish()?;
        }
        finished("the output", prices.finish())?.publish()?;
        Ok(status)
    }
}

/// Adds what rounding moved in `invoice` to the report, if there is one.
fn add_moved(
    moved: &mut Option<RoundingReport>,
    engine: &PricingEngine,
    invoice: &Invoice,
) -> Result<(), PricingError> {
    match moved {
        Some(report) => report.add(&engine.quote(invoice)?),
        None => Ok(()),
    }
}

fn finished(what: &str, target: std::io::Result<Target>) -> Result<Target, Error> {
    target.map_err(|error| Error::io("writing", what, error))
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
