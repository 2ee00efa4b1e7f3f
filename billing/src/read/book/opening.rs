//! Opening the inputs of a book, one after the other or sorted into one.

use std::path::Path;

use super::{Book, Tell};
use crate::error::Error;
use crate::policy::Rules;
use crate::read::columnar::{Batches, ColumnarSource, Layout, open_arrow, open_parquet};
use crate::read::csv::{CsvSource, Sorting};
use crate::read::input::{Input, name_of, whole_file};
use crate::read::json::JsonSource;
use crate::read::ubl::UblSource;
use crate::read::{InputFormat, Source};

impl Book {
    /// Opens the next input; false when there is none.
    pub(super) fn open_next(&mut self) -> Result<bool, Error> {
        self.lines.clear();
        if std::mem::take(&mut self.is_sorted) {
            return self.open_sorted();
        }
        let Some(path) = self.inputs.next() else {
            return Ok(false);
        };
        let stdin = self.stdin.take_if(|_| path.as_os_str() == "-");
        self.source = Some(match stdin {
            Some(source) => source,
            None => self.source_at(&path)?,
        });
        self.file = name_of(&path);
        Ok(true)
    }

    fn source_at(&self, path: &Path) -> Result<Box<dyn Source>, Error> {
        let mut input = Input::open(path, &self.wrap)?;
        let format = input.format(self.format)?;
        self.opened.set(Some(format));
        let mut source = source_of(format, input, &self.rules, self.tell.clone())?;
        if self.leaves_skus {
            source.leave_skus();
        }
        Ok(source)
    }

    /// Sorts the rows of all inputs that have them; the others follow.
    fn open_sorted(&mut self) -> Result<bool, Error> {
        let mut sorting = Sorting::new();
        let mut others = Vec::new();
        while let Some(path) = self.inputs.next() {
            let mut source = self.source_at(&path)?;
            if !source.sort_into(&mut sorting)? {
                // What was read of standard input does not come again.
                if path.as_os_str() == "-" {
                    self.stdin = Some(source);
                }
                others.push(path);
            }
        }
        self.inputs = others.into_iter();
        self.source = sorting.finish()?.map(|source| Box::new(source) as _);
        if self.source.is_some() {
            return Ok(true);
        }
        self.open_next()
    }
}

/// The invoices of `input`, which is of this `format`.
pub(super) fn source_of(
    format: InputFormat,
    input: Input,
    rules: &Rules,
    tell: Option<Tell>,
) -> Result<Box<dyn Source>, Error> {
    let columns = |file: String, batches: Result<Batches, String>| match batches {
        Ok(batches) => Ok(Box::new(ColumnarSource::new(file, batches))),
        Err(problem) => Err(whole_file(&file, problem)),
    };
    let file = input.file.clone();
    Ok(match format {
        InputFormat::Json => Box::new(JsonSource::of_document(file, input.bytes)),
        InputFormat::Ndjson => Box::new(JsonSource::of_lines(file, input.bytes)),
        InputFormat::Csv => Box::new(CsvSource::open(file, input.bytes)?),
        InputFormat::Parquet => {
            let (opened, shown) = input.into_file()?;
            columns(file, open_parquet(opened, shown, Layout::of))?
        }
        InputFormat::Arrow => columns(file, open_arrow(input.bytes, Layout::of))?,
        InputFormat::Ubl => Box::new(UblSource::new(file, input.bytes, rules.clone(), tell)),
    })
}
