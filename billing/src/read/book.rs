//! A book: all inputs of one command, read in their order as one sequence of invoices.

use std::cell::Cell;
use std::io::Read;
use std::path::PathBuf;
use std::rc::Rc;
use std::vec;

use arrow_array::RecordBatch;
use pricing::kernel::Kernel;

use super::blocks::{Block, Rest};
use super::columnar::{Batches, ColumnarSource, row_and_field};
use super::input::whole_file;
use super::inputs::expanded;
use super::recent::{BlockIds, fingerprint};
use super::seen::SeenIds;
use super::{InputFormat, OriginalRecord, PlainTotals, ReadError, ReadInvoice, Source};
use crate::error::{BadInput, Error};
use crate::policy::Rules;

mod once;
mod opening;

use opening::source_of;

/// So many lines of invoices are remembered for messages; of others they are looked up again.
const LINES_MAX: usize = 50_000;

/// Wraps an input's bytes, such as to show progress.
pub type Wrap = Box<dyn Fn(Box<dyn Read>) -> Box<dyn Read>>;

/// Hears of an amount that a document states otherwise than it comes to.
pub type Tell = Rc<dyn Fn(&BadInput)>;

/// The invoices of one or more inputs, in order; each invoice once.
pub struct Book {
    /// All inputs, to find again in them what is refused.
    paths: Vec<PathBuf>,
    inputs: vec::IntoIter<PathBuf>,
    format: Option<InputFormat>,
    wrap: Wrap,
    file: String,
    opened: Cell<Option<InputFormat>>,
    source: Option<Box<dyn Source>>,
    ids: SeenIds,
    /// The fingerprints of some invoices of the input that is being read, and their lines.
    lines: Vec<(u64, u64)>,
    is_sorted: bool,
    /// Standard input, opened before its turn.
    stdin: Option<Box<dyn Source>>,
    rules: Rules,
    tell: Option<Tell>,
    leaves_skus: bool,
}

impl Book {
    /// The book of `inputs` (`-` is standard input; folders and patterns stand for the
    /// files in them). Each input's format is `format`, or follows
    /// from its extension, or from its first bytes.
    #[must_use]
    pub fn new(inputs: Vec<PathBuf>, format: Option<InputFormat>) -> Self {
        let paths = expanded(inputs);
        Self {
            inputs: paths.clone().into_iter(),
            paths,
            format,
            wrap: Box::new(|input| input),
            file: String::new(),
            opened: Cell::new(None),
            source: None,
            ids: SeenIds::default(),
            lines: Vec::new(),
            is_sorted: false,
            stdin: None,
            rules: Rules::standard(),
            tell: None,
            leaves_skus: false,
        }
    }

    /// What messages call a batch.
    pub(crate) const BATCH: &str = "the batch";

    /// The book of one batch of columns.
    pub(crate) fn of_batch(batch: RecordBatch) -> Result<Self, Error> {
        let file = Self::BATCH.to_owned();
        let source = match Batches::of_batch(batch) {
            Ok(batches) => ColumnarSource::new(file.clone(), batches),
            Err(problem) => return Err(whole_file(&file, problem)),
        };
        Ok(Self {
            file,
            source: Some(Box::new(source)),
            ..Self::new(Vec::new(), None)
        })
    }

    /// The same book, its bytes read through `wrap`.
    #[must_use]
    pub fn read_through(self, wrap: Wrap) -> Self {
        Self { wrap, ..self }
    }

    /// The same book, the taxes of UBL documents read as the codes of `rules`.
    #[must_use]
    pub fn under(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// The same book, its rows sorted by invoice first, so that those of one may stand apart; inputs
    /// with an invoice in one piece come behind, as they are.
    #[must_use]
    pub fn sorted(self) -> Self {
        let is_sorted = true;
        Self { is_sorted, ..self }
    }

    /// The same book, documents that state other amounts than they come to not refused but told of.
    #[must_use]
    pub fn telling(self, tell: Tell) -> Self {
        let tell = Some(tell);
        Self { tell, ..self }
    }

    /// The text of the invoice that was last returned or refused.
    ///
    /// # Errors
    /// What ends the reading of a column that was left aside until now.
    pub fn original_record(&mut self) -> Result<OriginalRecord, Error> {
        match &mut self.source {
            Some(source) => source.original_record(),
            None => Ok(OriginalRecord::default()),
        }
    }

    /// From here on the names of line items may be left unread: only original records tell them.
    pub(crate) fn leave_skus(&mut self) {
        self.leaves_skus = true;
        if let Some(source) = &mut self.source {
            source.leave_skus();
        }
    }

    /// The input that is being read, as messages call it.
    #[must_use]
    pub fn file(&self) -> &str {
        let of_source = self.source.as_ref().and_then(|source| source.file());
        of_source.unwrap_or(&self.file)
    }

    /// The format of the input that is being read.
    pub(crate) fn opened(&self) -> Option<InputFormat> {
        self.opened.get()
    }

    /// The identifier of the invoice that was last refused, if its text tells it.
    pub(crate) fn refused_id(&self) -> Option<&str> {
        self.source.as_ref()?.refused_id()
    }

    /// A problem in the input that is being read.
    #[must_use]
    pub fn bad_input(&self, line: u64, field: Option<&str>, problem: String) -> BadInput {
        let counts_rows = self.source.as_ref().is_some_and(|s| s.counts_rows());
        let (line, field) = if counts_rows {
            (None, Some(row_and_field(line, field)))
        } else {
            (Some(line), field.map(str::to_owned))
        };
        BadInput {
            file: self.file().to_owned(),
            line,
            field,
            problem,
        }
    }

    /// What is left of the input that is being read, or else of the next one, if that can be read in
    /// blocks: the book goes on behind it. Every block's identifiers must be [noted](Self::notes).
    pub(crate) fn take_rest(&mut self) -> Result<Option<Rest>, Error> {
        if self.source.is_none() {
            self.open_next()?;
        }
        let source = self.source.take_if(|source| source.has_blocks());
        Ok(source.and_then(Source::into_rest))
    }

    /// Notes the identifiers of a block; false, and none is noted, when one was in the book before.
    pub(crate) fn notes(&mut self, ids: &BlockIds) -> Result<bool, Error> {
        self.ids.insert_all(ids).map_err(unnoted)
    }

    /// Adds the totals of plain invoices that follow in the columns of the input that is being read, and
    /// notes their identifiers; false when there is none, and the general path must go on.
    pub(crate) fn add_plain_totals(
        &mut self,
        kernel: &Kernel,
        totals: &mut PlainTotals,
    ) -> Result<bool, Error> {
        let Some(source) = &mut self.source else {
            return Ok(false);
        };
        totals.want_rows(LINES_MAX.saturating_sub(self.lines.len()));
        source.add_plain_totals(kernel, totals)?;
        if totals.count() == 0 {
            return Ok(false);
        }
        let are_new = self.ids.insert_all(totals.ids()).map_err(unnoted)?;
        if !are_new {
            source.take_back_plain_totals();
            return Ok(false);
        }
        let places = totals.places().map(|(id, row)| (fingerprint(id), row));
        self.lines.extend(places);
        Ok(true)
    }

    /// Makes `block` the input that is being read.
    pub(crate) fn put_back(&mut self, block: Block) {
        self.source = Some(block.into_source(self.file.clone()));
    }

    /// The next invoice of the input that is being read; `None` at its end.
    pub(crate) fn next_within_input(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        let read = self.source.as_mut()?.next_invoice();
        if read.is_none() {
            self.source = None;
        }
        Some(self.checked(read?))
    }

    fn next_of_any_input(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        loop {
            if let Some(source) = &mut self.source {
                if let Some(read) = source.next_invoice() {
                    return Some(read);
                }
                self.source = None;
            }
            match self.open_next() {
                Ok(true) => {}
                Ok(false) => return self.far_apart().map(Err),
                Err(error) => return Some(Err(ReadError::Fatal(error))),
            }
        }
    }
}

pub(super) fn unnoted(error: std::io::Error) -> Error {
    Error::io(
        "keeping",
        "the identifiers of the book in a temporary file",
        error,
    )
}

impl Iterator for Book {
    type Item = Result<ReadInvoice, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.next_of_any_input()?;
        Some(self.checked(read))
    }
}
