//! Invoices that stand twice in a book: where, in words.

use std::path::{Path, PathBuf};

use super::input::name_of;
use super::recent::fingerprint;
use super::{ReadError, Source};

/// Where an invoice begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) file: String,
    pub(super) line: u64,
    pub(super) is_row: bool,
    pub(super) is_spread: bool,
}

impl Place {
    /// The place as seen from an input: `on line 2`, `in a.csv on line 2`.
    pub(super) fn from(&self, file: &str) -> String {
        let what = if self.is_row { "in row" } else { "on line" };
        if self.file == file {
            format!("{what} {}", self.line)
        } else {
            format!("in {} {what} {}", self.file, self.line)
        }
    }
}

/// The invoices of `inputs` with this fingerprint, up to so many, found by reading once more; `None`
/// when one of the inputs cannot be read twice.
pub(super) fn places_of(
    wanted: u64,
    count: usize,
    inputs: &[PathBuf],
    open: &dyn Fn(&Path) -> Option<Box<dyn Source>>,
) -> Option<Vec<Place>> {
    let mut places = Vec::new();
    for path in inputs {
        if !path.is_file() {
            return None;
        }
        let mut source = open(path)?;
        while let Some(read) = source.next_invoice() {
            let (id, line) = match &read {
                Ok(read) => (read.invoice.invoice_id().to_owned(), read.line),
                Err(ReadError::Rejected(bad)) => match source.refused_id() {
                    Some(id) => (id.to_owned(), bad.line.unwrap_or(0)),
                    None => continue,
                },
                Err(ReadError::Fatal(_)) => return Some(places),
            };
            if fingerprint(id.as_bytes()) != wanted {
                continue;
            }
            places.push(Place {
                id,
                file: name_of(path),
                line,
                is_row: source.counts_rows(),
                is_spread: source.is_spread_over_rows(),
            });
            if places.len() == count {
                return Some(places);
            }
        }
    }
    Some(places)
}

/// What is wrong with an invoice that comes again, and what to do.
pub(super) fn problem(id: &str, first: Option<String>, is_spread: bool) -> String {
    match (first, is_spread) {
        (Some(first), true) => {
            format!("{id:?} comes again, its first row stands {first} ({TOGETHER})")
        }
        (Some(first), false) => format!("{id:?} comes again, it stands {first} already ({ONCE})"),
        (None, true) => format!("{id:?} comes again later in the book ({TOGETHER})"),
        (None, false) => format!("{id:?} comes again in this book ({ONCE})"),
    }
}

/// The same when only their numbers in the book are known.
pub(super) fn problem_of_numbers(first: u64, second: u64) -> String {
    format!(
        "invoices {first} and {second}, as they come in, have the same identifier ({ONCE}, its rows adjacent)"
    )
}

const TOGETHER: &str = "an invoice stands once, its rows adjacent: sort the book by invoice_id, or price it with --sort";
const ONCE: &str = "give each invoice its own identifier";
