//! JSON and NDJSON inputs.

use std::io::BufRead;

use pricing::{Invoice, RawInvoice};
use serde_json::error::Category;

use super::place::{line_of, text_of};
use super::records::{CutError, Records};
use super::{OriginalRecord, ReadError, ReadInvoice, Source};
use crate::error::BadInput;
use crate::suggest;

/// So much of a wrong value is shown.
const SHOWN_CHARS_MAX: usize = 40;

/// The invoices of a JSON or NDJSON input.
pub(super) struct JsonSource<R> {
    file: String,
    records: Records<R>,
    record: Vec<u8>,
}

impl<R: BufRead> JsonSource<R> {
    /// One invoice, or an array of invoices.
    pub(super) fn of_document(file: String, input: R) -> Self {
        Self::of_records(file, Records::document(input))
    }

    /// One invoice a line.
    pub(super) fn of_lines(file: String, input: R) -> Self {
        Self::of_records(file, Records::lines(input))
    }

    fn of_records(file: String, records: Records<R>) -> Self {
        Self {
            file,
            records,
            record: Vec::new(),
        }
    }

    fn invoice_at(&self, line: u64) -> Result<ReadInvoice, ReadError> {
        let parsed = match std::str::from_utf8(&self.record) {
            Ok(json) => parse(json),
            Err(error) => Err(not_utf8(&self.record[..error.valid_up_to()])),
        };
        match parsed {
            Ok(invoice) => Ok(ReadInvoice { invoice, line }),
            Err(fault) => Err(ReadError::Rejected(self.bad_input(line, fault))),
        }
    }

    fn bad_input(&self, first_line: u64, fault: Fault) -> BadInput {
        BadInput {
            file: self.file.clone(),
            line: Some(first_line + fault.line_below),
            field: fault.field,
            problem: fault.problem,
        }
    }
}

impl<R: BufRead> Source for JsonSource<R> {
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        match self.records.read(&mut self.record) {
            Ok(None) => None,
            Ok(Some(line)) => Some(self.invoice_at(line)),
            Err(CutError::Io(error)) => Some(Err(ReadError::io(&self.file, error))),
            Err(CutError::Torn(line, problem)) => {
                let bad = self.bad_input(line, Fault::new(0, None, problem));
                Some(Err(ReadError::Fatal(bad.into())))
            }
        }
    }

    fn original_record(&self) -> OriginalRecord {
        OriginalRecord {
            header: None,
            text: String::from_utf8_lossy(&self.record).into_owned(),
        }
    }

    fn is_spread_over_rows(&self) -> bool {
        false
    }

    fn refused_id(&self) -> Option<&str> {
        // The text is refused in one piece, so no rest of it can follow.
        None
    }
}

/// What is wrong with the text of one invoice.
struct Fault {
    /// Lines between the first line of the text and the fault.
    line_below: u64,
    field: Option<String>,
    problem: String,
}

impl Fault {
    fn new(line_below: u64, field: Option<String>, problem: String) -> Self {
        Self {
            line_below,
            field,
            problem,
        }
    }
}

fn not_utf8(valid: &[u8]) -> Fault {
    let line_below = memchr::memchr_iter(b'\n', valid).count() as u64;
    let problem = "the text is not UTF-8 (save the file in that encoding)".to_owned();
    Fault::new(line_below, None, problem)
}

fn parse(json: &str) -> Result<Invoice, Fault> {
    let raw: RawInvoice = serde_json::from_str(json).map_err(|error| explain(json, &error))?;
    Invoice::try_from(raw).map_err(|error| {
        let line = line_of(json, &error.field);
        Fault::new(line, Some(error.field), error.problem.to_string())
    })
}

/// Reads once more, slower, to learn at which field it fails.
fn explain(json: &str, error: &serde_json::Error) -> Fault {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let path = match serde_path_to_error::deserialize::<_, RawInvoice>(&mut deserializer) {
        Ok(_) => String::new(),
        Err(tracked) => tracked.path().to_string(),
    };
    let path = if path == "." { "" } else { &path };
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    let reported_line = u64::try_from(error.line().saturating_sub(1)).unwrap_or(0);
    match error.classify() {
        Category::Data => data_fault(json, path, message, reported_line),
        _ => Fault::new(
            reported_line,
            some(path),
            format!("not valid JSON: {message}"),
        ),
    }
}

/// The fault of well-formed JSON that is not an invoice.
fn data_fault(json: &str, path: &str, message: &str, reported_line: u64) -> Fault {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match names.split_first() {
        Some((name, allowed)) if message.starts_with("unknown field") => {
            let problem = format!("unknown field ({})", suggest::remedy(name, allowed));
            Fault::new(reported_line, some(&with_field(path, name)), problem)
        }
        Some((name, _)) if message.starts_with("duplicate field") => {
            let problem = "the field is given twice (give it once)".to_owned();
            Fault::new(reported_line, some(&with_field(path, name)), problem)
        }
        Some((name, _)) if message.starts_with("missing field") => {
            let field = with_field(path, name);
            let problem = format!("the field is missing ({})", allowed_in(name));
            Fault::new(line_of(json, path), some(&field), problem)
        }
        _ => Fault::new(
            line_of(json, path),
            some(path),
            wrong_type(json, path, message),
        ),
    }
}

fn with_field(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        _ if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        _ => format!("{path}.{name}"),
    }
}

fn some(path: &str) -> Option<String> {
    (!path.is_empty()).then(|| path.to_owned())
}

fn wrong_type(json: &str, path: &str, message: &str) -> String {
    // An amount's own messages say already what is allowed.
    if !message.starts_with("invalid") {
        return message.to_owned();
    }
    let field = path.rsplit('.').next().unwrap_or(path);
    let words: Vec<&str> = text_of(json, path).split_whitespace().collect();
    let shortened: String = words.join(" ").chars().take(SHOWN_CHARS_MAX).collect();
    format!("found {shortened} ({})", allowed_in(field))
}

/// What is allowed in the field of this name, for people.
fn allowed_in(field: &str) -> &'static str {
    match field {
        "invoice_id" | "tier" | "sku" => "allowed: a text in quotes",
        "loyalty_member" => "allowed: true or false",
        "days_overdue" => "allowed: whole days from 0 to 4294967295",
        "unit_price" | "quantity" => "allowed: a decimal number such as 40.00, as text or number",
        "items" => "allowed: an array of line items",
        _ if field.starts_with("items[") => {
            "allowed: a line item, an object with sku, unit_price and quantity"
        }
        _ => {
            "allowed: an invoice, an object with invoice_id, tier, loyalty_member, days_overdue and items"
        }
    }
}
