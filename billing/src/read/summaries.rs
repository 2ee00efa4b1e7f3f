//! Summaries of parts of a book, as `ledgerly price --summary` writes them.

use std::io::Read;
use std::path::Path;

use pricing::BookSummary;
use serde_json::value::RawValue;

use super::fault;
use super::input::Input;
use crate::error::{BadInput, Error};

/// Adds the summaries in the input at `path` to `whole`; one stands behind the other.
pub fn add_summaries(path: &Path, whole: &mut BookSummary) -> Result<(), Error> {
    let mut input = Input::open(path, &|bytes| bytes)?;
    let file = input.file.clone();
    let mut text = String::new();
    let read = input.bytes.read_to_string(&mut text);
    read.map_err(|error| Error::io("reading", &file, error))?;
    let bad = |line: u64, field: Option<String>, problem: String| BadInput {
        file: file.clone(),
        line: Some(line + 1),
        field,
        problem,
    };
    let mut parts = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
    let mut is_empty = true;
    while let Some(part) = parts.next() {
        is_empty = false;
        let end = parts.byte_offset();
        let part = part.map_err(|error| {
            let line = u64::try_from(error.line().saturating_sub(1)).unwrap_or(0);
            bad(line, None, format!("not valid JSON: {error}"))
        })?;
        let start = end.saturating_sub(part.get().len());
        let line = line_ends(&text, start);
        let parsed: BookSummary = fault::parse(part.get(), allowed_in)
            .map_err(|fault| bad(line + fault.line_below, fault.field, fault.problem))?;
        whole
            .merge(&parsed)
            .map_err(|error| bad(line, None, error.to_string()))?;
    }
    if is_empty {
        let problem = "holds no summary (write one with ledgerly price --summary=FILE.json)";
        return Err(bad(0, None, problem.to_owned()).into());
    }
    Ok(())
}

fn line_ends(text: &str, end: usize) -> u64 {
    let before = text.as_bytes().get(..end).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() as u64
}

/// What is allowed in the field of this name, for people.
fn allowed_in(field: &str) -> &'static str {
    match field {
        "invoices" | "credit_notes" | "late" | "amounts" => "allowed: a whole number",
        "currency" => "allowed: a currency of ISO 4217, such as EUR, or null",
        "currencies" => "allowed: an array of sums by currency",
        "tiers" | "taxes" | "rounding" | "all" => "allowed: an object as ledgerly price writes it",
        _ => "allowed: a decimal number as text, such as \"40.00\"",
    }
}
