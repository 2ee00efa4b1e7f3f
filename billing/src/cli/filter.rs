//! `ledgerly price --filter`: an input in, results out as they come, in memory that does not grow.

use std::io::Read;
use std::path::PathBuf;

use pricing::BookSummary;

use super::args::PriceOptions;
use super::exit::ExitStatus;
use crate::bulk::{self, Job, PricedBlock};
use crate::error::{BadInput, Error};
use crate::filter::{Channel, FilterStream, Reject, SeenInput, StreamFormat, SummaryRecord};

use crate::policy::Rules;
use crate::read::{Book, InputFormat, OriginalRecord, ReadError, ReadInvoice, expanded};
use crate::write::OutputFormat;

/// Prices one input as a filter.
pub(super) fn price(options: &PriceOptions, format: StreamFormat) -> Result<ExitStatus, Error> {
    if let Some(path) = &options.summary
        && path.as_os_str() != "-"
    {
        return Err(Error::Usage(format!(
            "a filter's summary stands in its output (--summary alone, not ={})",
            path.display()
        )));
    }
    let rules = options.rules.load()?;
    let input = FilterInput::of(
        &options.book.inputs,
        options.book.input_format,
        options.input_bytes,
    )?;
    let book = options.rules.applied_to(input.book(), &rules);
    let mut filter = PriceFilter {
        out: FilterStream::open(
            &Channel::of(&options.book.output),
            format,
            options.book.rejects.as_deref().map(Channel::of).as_ref(),
        )?,
        rules,
        book,
        summary: options.summary.is_some().then(BookSummary::default),
    };
    let filtered = filter.price_all().and_then(|()| {
        let print = input.print(&filter.book)?;
        if let Some(summary) = &filter.summary {
            filter.out.record(&SummaryRecord::of(summary))?;
        }
        filter.out.finish(print, filter.rules.hashes())
    });
    ended(filtered)
}

/// How a filter ends. That nobody reads its output any more is a failure here: what was written of it
/// is no result.
pub(super) fn ended(rejected: Result<u64, Error>) -> Result<ExitStatus, Error> {
    match rejected {
        Ok(0) => Ok(ExitStatus::Done),
        Ok(_) => Ok(ExitStatus::Rejects),
        Err(error) if error.is_broken_pipe() => Ok(ExitStatus::Failed),
        Err(error) => Err(error),
    }
}

/// The one input of a filter.
pub(super) struct FilterInput {
    path: PathBuf,
    format: Option<InputFormat>,
    /// How much is read of it.
    bytes: Option<u64>,
    seen: SeenInput,
}

impl FilterInput {
    pub(super) fn of(
        inputs: &[PathBuf],
        format: Option<InputFormat>,
        bytes: Option<u64>,
    ) -> Result<Self, Error> {
        match expanded(inputs.to_vec()).as_slice() {
            [path] if bytes.is_some() && path.as_os_str() != "-" => Err(Error::Usage(format!(
                "--input-bytes reads a part of standard input, and {} is named (give it as < {0})",
                path.display()
            ))),
            [path] => Ok(Self {
                path: path.clone(),
                format,
                bytes,
                seen: SeenInput::default(),
            }),
            many => Err(Error::Usage(format!(
                "--filter reads one input, and {} are named (filter each by itself)",
                many.len()
            ))),
        }
    }

    pub(super) fn book(&self) -> Book {
        let seen = self.seen.wrap();
        let book = Book::new(vec![self.path.clone()], self.format);
        match self.bytes {
            None => book.read_through(seen),
            Some(bytes) => {
                book.read_through(Box::new(move |input| seen(Box::new(input.take(bytes)))))
            }
        }
    }

    /// What was read, when that is all there was: a text whose last line has no end was cut short,
    /// perhaps within an amount.
    pub(super) fn print(&self, book: &Book) -> Result<crate::filter::InputPrint, Error> {
        let read = self.seen.print().bytes;
        if let Some(bytes) = self.bytes.filter(|&bytes| read < bytes) {
            let problem = format!("ends after {read} of the {bytes} bytes of --input-bytes");
            return Err(refused(book, problem));
        }
        let has_lines = matches!(book.opened(), Some(InputFormat::Ndjson | InputFormat::Csv));
        if has_lines && !self.seen.ends_with_a_line() {
            let problem = "the last line has no line end, so the input may have been cut short \
                           (end each line with one)";
            return Err(refused(book, problem.to_owned()));
        }
        let print = if self.path.as_os_str() == "-" {
            Ok(self.seen.print())
        } else {
            let is_in_order = book.opened() != Some(InputFormat::Parquet);
            self.seen.print_of(&self.path, is_in_order)
        };
        print.map_err(|error| Error::io("reading", book.file(), error))
    }
}

fn refused(book: &Book, problem: String) -> Error {
    BadInput {
        file: book.file().to_owned(),
        line: None,
        field: None,
        problem,
    }
    .into()
}

struct PriceFilter {
    rules: Rules,
    book: Book,
    out: FilterStream,
    /// What this part of the book comes to, when that is asked for.
    summary: Option<BookSummary>,
}

impl PriceFilter {
    fn price_all(&mut self) -> Result<(), Error> {
        loop {
            if let Some(format) = self.out.line_format() {
                self.price_blocks(format)?;
            }
            match self.book.next() {
                Some(read) => self.add(read)?,
                None => return Ok(()),
            }
        }
    }

    /// Prices what can be read in blocks, on all cores.
    fn price_blocks(&mut self, format: OutputFormat) -> Result<(), Error> {
        while let Some(rest) = self.book.take_rest()? {
            let (file, rules) = (self.book.file().to_owned(), self.rules.clone());
            let job = Job {
                file: &file,
                rules: &rules,
                format: Some(format),
                sums_up: self.summary.is_some(),
            };
            bulk::price(rest, &job, |priced| self.take(priced))?;
        }
        Ok(())
    }

    fn take(&mut self, mut priced: PricedBlock) -> Result<Option<PricedBlock>, Error> {
        let results = &mut priced.results;
        if results.is_torn || !self.book.notes(&results.ids)? {
            self.book.put_back(priced.block);
            while let Some(read) = self.book.next_within_input() {
                self.add(read)?;
            }
            return Ok(None);
        }
        if let (Some(whole), Some(part)) = (&mut self.summary, &results.summary) {
            let merged = whole.merge(part);
            merged.map_err(|error| Error::Usage(error.to_string()))?;
        }
        self.out.count(&results.ids, results.count);
        for refused in results.refused.drain(..) {
            let reject = Reject::new(&refused.bad, &refused.original, refused.id);
            self.out.reject(&reject)?;
        }
        self.out.lines(results.rows.lines())?;
        Ok(Some(priced))
    }

    fn add(&mut self, read: Result<ReadInvoice, ReadError>) -> Result<(), Error> {
        match read {
            Err(ReadError::Fatal(error)) => Err(error),
            Err(ReadError::Rejected(bad)) => {
                let id = self.book.refused_id().map(str::to_owned);
                self.out.count_one(id.as_deref());
                self.reject(&bad, id)
            }
            Ok(read) => {
                let invoice = &read.invoice;
                self.out.count_one(Some(invoice.invoice_id()));
                let engine = self.rules.engine_for(invoice);
                let total = engine
                    .map_err(|error| error.to_string())
                    .and_then(|engine| bulk::total(invoice, engine, self.summary.as_mut()));
                match total {
                    Ok(total) => self.out.total(invoice.invoice_id(), total),
                    Err(problem) => {
                        let bad = read.unpriced(self.book.file(), &problem);
                        self.reject(&bad, Some(invoice.invoice_id().to_owned()))
                    }
                }
            }
        }
    }

    fn reject(&mut self, bad: &BadInput, id: Option<String>) -> Result<(), Error> {
        let original: OriginalRecord = self.book.original_record()?;
        self.out.reject(&Reject::new(bad, &original, id))
    }
}
