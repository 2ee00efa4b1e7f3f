//! A book: all inputs of one command, read in their order as one sequence of invoices.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::vec;

use super::csv::CsvSource;
use super::json::JsonSource;
use super::recent::RecentIds;
use super::ubl::UblSource;
use super::{InputFormat, OriginalRecord, ReadError, ReadInvoice, Source};
use crate::error::{BadInput, Error};
use crate::policy::Rules;

/// One read of the system brings so much.
const BUFFER_BYTES: usize = 256 * 1024;

/// Standard input, as messages call it.
const STDIN: &str = "<stdin>";

/// Wraps an input's bytes, such as to show progress.
pub type Wrap = Box<dyn Fn(Box<dyn Read>) -> Box<dyn Read>>;

/// The invoices of one or more inputs, in order; each invoice once.
pub struct Book {
    inputs: vec::IntoIter<PathBuf>,
    format: Option<InputFormat>,
    wrap: Wrap,
    file: String,
    source: Option<Box<dyn Source>>,
    ids: RecentIds,
    rules: Rules,
}

impl Book {
    /// The book of `inputs` (`-` is standard input). Each input's format is `format`, or follows
    /// from its extension, or from its first bytes.
    #[must_use]
    pub fn new(inputs: Vec<PathBuf>, format: Option<InputFormat>) -> Self {
        Self {
            inputs: inputs.into_iter(),
            format,
            wrap: Box::new(|input| input),
            file: String::new(),
            source: None,
            ids: RecentIds::default(),
            rules: Rules::standard(),
        }
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

    /// The text of the invoice that was last returned or refused.
    #[must_use]
    pub fn original_record(&self) -> OriginalRecord {
        self.source
            .as_ref()
            .map_or_else(OriginalRecord::default, |source| source.original_record())
    }

    /// The input that is being read, as messages call it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// A problem in the input that is being read.
    #[must_use]
    pub fn bad_input(&self, line: u64, field: Option<&str>, problem: String) -> BadInput {
        BadInput {
            file: self.file.clone(),
            line: Some(line),
            field: field.map(str::to_owned),
            problem,
        }
    }

    fn next_of_any_input(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        loop {
            if let Some(source) = &mut self.source {
                if let Some(read) = source.next_invoice() {
                    return Some(read);
                }
                self.source = None;
            }
            let input = self.inputs.next()?;
            if let Err(error) = self.open(&input) {
                return Some(Err(ReadError::Fatal(error)));
            }
        }
    }

    fn open(&mut self, path: &Path) -> Result<(), Error> {
        let is_stdin = path.as_os_str() == "-";
        self.file = if is_stdin {
            STDIN.to_owned()
        } else {
            path.display().to_string()
        };
        let bytes: Box<dyn Read> = if is_stdin {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(|error| self.unreadable(&error))?)
        };
        let mut input = BufReader::with_capacity(BUFFER_BYTES, (self.wrap)(bytes));
        let format = self.format.or_else(|| InputFormat::of_extension(path));
        let format = match format {
            Some(format) => format,
            None => InputFormat::of_content(&mut input)
                .map_err(|error| self.unreadable(&error))?
                .ok_or_else(|| self.whole_file("the input is empty".to_owned()))?,
        };
        self.source = Some(source_of(format, self.file.clone(), input, &self.rules)?);
        Ok(())
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        self.whole_file(format!("cannot be read: {error}"))
    }

    fn whole_file(&self, problem: String) -> Error {
        Error::BadInput(BadInput {
            file: self.file.clone(),
            line: None,
            field: None,
            problem,
        })
    }

    /// Notes the identifier of a refused invoice, so that more rows of it are not taken for another.
    fn noted(&mut self, error: ReadError) -> ReadError {
        if let ReadError::Rejected(bad) = &error
            && let Some(id) = self.source.as_ref().and_then(|source| source.refused_id())
            && !self.ids.insert(id)
        {
            let id = id.to_owned();
            return self.repeated(&id, bad.line.unwrap_or(0));
        }
        error
    }

    /// Refuses an invoice whose identifier the book has had already.
    fn once(&mut self, read: ReadInvoice) -> Result<ReadInvoice, ReadError> {
        if self.ids.insert(read.invoice.invoice_id()) {
            return Ok(read);
        }
        Err(self.repeated(read.invoice.invoice_id(), read.line))
    }

    fn repeated(&self, id: &str, line: u64) -> ReadError {
        let is_spread = self
            .source
            .as_ref()
            .is_some_and(|s| s.is_spread_over_rows());
        let (what, remedy) = if is_spread {
            (
                "later in the book",
                "an invoice stands once, its rows adjacent: sort the book by invoice_id",
            )
        } else {
            ("in this book", "give each invoice its own identifier")
        };
        let problem = format!("{id:?} comes again {what} ({remedy})");
        let bad = self.bad_input(line, Some("invoice_id"), problem);
        // The first part of a spread invoice was priced as if it were all, so nothing may stand.
        if is_spread {
            ReadError::Fatal(bad.into())
        } else {
            ReadError::Rejected(bad)
        }
    }
}

impl Iterator for Book {
    type Item = Result<ReadInvoice, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.next_of_any_input()?;
        Some(match read {
            Ok(invoice) => self.once(invoice),
            Err(error) => Err(self.noted(error)),
        })
    }
}

fn source_of(
    format: InputFormat,
    file: String,
    input: impl BufRead + 'static,
    rules: &Rules,
) -> Result<Box<dyn Source>, Error> {
    Ok(match format {
        InputFormat::Json => Box::new(JsonSource::of_document(file, input)),
        InputFormat::Ndjson => Box::new(JsonSource::of_lines(file, input)),
        InputFormat::Csv => Box::new(CsvSource::open(file, input)?),
        InputFormat::Ubl => Box::new(UblSource::new(file, input, rules.clone())),
    })
}
