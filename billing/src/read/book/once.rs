//! Each invoice of a book stands once: one that comes again is refused, with the place of the first.

use std::path::Path;

use super::{Book, LINES_MAX, source_of, unnoted};
use crate::error::BadInput;
use crate::read::columnar::row_and_field;
use crate::read::input::Input;
use crate::read::recent::fingerprint;
use crate::read::repeated::{Place, places_of, problem, problem_of_numbers};
use crate::read::{ReadError, ReadInvoice};

impl Book {
    pub(super) fn checked(
        &mut self,
        read: Result<ReadInvoice, ReadError>,
    ) -> Result<ReadInvoice, ReadError> {
        match read {
            Ok(invoice) => self.once(invoice),
            Err(error) => Err(self.noted(error)),
        }
    }

    /// Notes an identifier; false when it was there before.
    fn is_new(&mut self, id: &str, line: u64) -> Result<bool, ReadError> {
        let is_new = self.ids.insert(id).map_err(unnoted);
        let is_new = is_new.map_err(ReadError::Fatal)?;
        if is_new && self.lines.len() < LINES_MAX {
            self.lines.push((fingerprint(id.as_bytes()), line));
        }
        Ok(is_new)
    }

    /// Notes the identifier of a refused invoice, so that more rows of it are not taken for another.
    fn noted(&mut self, error: ReadError) -> ReadError {
        if let ReadError::Rejected(bad) = &error
            && let Some(id) = self.source.as_ref().and_then(|source| source.refused_id())
        {
            let (id, line) = (id.to_owned(), bad.line.unwrap_or(0));
            return match self.is_new(&id, line) {
                Ok(true) => error,
                Ok(false) => self.repeated(&id, line),
                Err(fatal) => fatal,
            };
        }
        error
    }

    /// Refuses an invoice whose identifier the book has had already.
    fn once(&mut self, read: ReadInvoice) -> Result<ReadInvoice, ReadError> {
        if self.is_new(read.invoice.invoice_id(), read.line)? {
            return Ok(read);
        }
        Err(self.repeated(read.invoice.invoice_id(), read.line))
    }

    fn repeated(&self, id: &str, line: u64) -> ReadError {
        let source = self.source.as_ref();
        let is_spread = source.is_some_and(|source| source.is_spread_over_rows());
        if !is_spread {
            let problem = problem(id, None, false);
            return ReadError::Rejected(self.bad_input(line, Some("invoice_id"), problem));
        }
        // The first part of a spread invoice was priced as if it were all, so nothing may stand.
        let problem = problem(id, self.first_place(id), true);
        ReadError::Fatal(self.bad_input(line, Some("invoice_id"), problem).into())
    }

    /// Where the invoice stands that was read already, in words.
    fn first_place(&self, id: &str) -> Option<String> {
        let fingerprint = fingerprint(id.as_bytes());
        let mut lines = self.lines.iter();
        let known = lines.find(|(known, _)| *known == fingerprint);
        let place = if let Some((_, line)) = known {
            let source = self.source.as_ref()?;
            Place {
                id: id.to_owned(),
                file: self.file().to_owned(),
                line: *line,
                is_row: source.counts_rows(),
                is_spread: true,
            }
        } else {
            let places = self.places_of(fingerprint, 1)?;
            places.into_iter().find(|place| place.id == id)?
        };
        Some(place.from(self.file()))
    }

    /// Two invoices of one identifier so far apart that neither was refused, the book being read.
    pub(super) fn far_apart(&mut self) -> Option<ReadError> {
        let mut last = None;
        loop {
            let repeated = match self.ids.repeated(last) {
                Ok(repeated) => repeated?,
                Err(error) => return Some(ReadError::Fatal(unnoted(error))),
            };
            let bad = match self.places_of(repeated.fingerprint, 2).as_deref() {
                Some([first, second]) if first.id == second.id => {
                    let known = Some(first.from(&second.file));
                    BadInput {
                        file: second.file.clone(),
                        line: (!second.is_row).then_some(second.line),
                        field: Some(if second.is_row {
                            row_and_field(second.line, Some("invoice_id"))
                        } else {
                            "invoice_id".to_owned()
                        }),
                        problem: problem(&second.id, known, second.is_spread),
                    }
                }
                // Two different identifiers that share a fingerprint.
                Some(_) => {
                    last = Some(repeated.fingerprint);
                    continue;
                }
                None => {
                    let problem = problem_of_numbers(repeated.first, repeated.second);
                    BadInput {
                        file: self.file.clone(),
                        line: None,
                        field: Some("invoice_id".to_owned()),
                        problem,
                    }
                }
            };
            return Some(ReadError::Fatal(bad.into()));
        }
    }

    fn places_of(&self, fingerprint: u64, count: usize) -> Option<Vec<Place>> {
        let open = |path: &Path| {
            let mut input = Input::open(path, &|bytes| bytes).ok()?;
            let format = input.format(self.format).ok()?;
            source_of(format, input, &self.rules, self.tell.clone()).ok()
        };
        places_of(fingerprint, count, &self.paths, &open)
    }
}
