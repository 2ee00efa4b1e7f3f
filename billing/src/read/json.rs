//! JSON and NDJSON inputs.

use std::io::BufRead;

use pricing::{Invoice, RawDocument};

use super::blocks::{Form, Rest};
use super::fault::{self, Fault};
use super::place::line_of;
use super::records::{CutError, Place, Records};
use super::{OriginalRecord, ReadError, ReadInvoice, Source};
use crate::error::{BadInput, Error};

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

    /// One invoice a line, from the beginning of a line on.
    pub(super) fn resumed(file: String, input: R, at: Place) -> Self {
        Self::of_records(file, Records::resumed_lines(input, at))
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

impl<R: BufRead> JsonSource<R> {
    pub(super) fn next(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
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

    pub(super) fn original(&self) -> OriginalRecord {
        OriginalRecord {
            header: None,
            text: String::from_utf8_lossy(&self.record).into_owned(),
            offset: Some(self.records.record_offset()),
        }
    }

    /// The input behind the last invoice.
    pub(super) fn input(&self) -> &R {
        self.records.input()
    }
}

impl<R: BufRead + 'static> Source for JsonSource<R> {
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        self.next()
    }

    fn original_record(&mut self) -> Result<OriginalRecord, Error> {
        Ok(self.original())
    }

    fn is_spread_over_rows(&self) -> bool {
        false
    }

    fn refused_id(&self) -> Option<&str> {
        // The text is refused in one piece, so no rest of it can follow.
        None
    }

    fn has_blocks(&self) -> bool {
        self.records.are_lines()
    }

    fn into_rest(self: Box<Self>) -> Option<Rest> {
        let (input, at) = self.records.into_rest();
        Some(Rest {
            taken: Vec::new(),
            input: Box::new(input),
            at,
            form: Form::Ndjson,
        })
    }
}

fn not_utf8(valid: &[u8]) -> Fault {
    let line_below = memchr::memchr_iter(b'\n', valid).count() as u64;
    let problem = "the text is not UTF-8 (save the file in that encoding)".to_owned();
    Fault::new(line_below, None, problem)
}

fn parse(json: &str) -> Result<Invoice, Fault> {
    let raw: RawDocument = fault::parse(json, allowed_in)?;
    Invoice::try_from(raw).map_err(|error| {
        let line = line_of(json, &error.field);
        Fault::new(line, Some(error.field), error.problem.to_string())
    })
}

/// What is allowed in the field of this name, for people.
pub(super) fn allowed_in(field: &str) -> &'static str {
    match field {
        "invoice_id" | "tier" | "sku" | "description" | "unit" | "note" | "reason" | "credits"
        | "payment_terms" | "name" | "tax_id" | "street" | "city" | "postal_code" | "country" => {
            "allowed: a text in quotes"
        }
        "loyalty_member" | "prices_include_tax" => "allowed: true or false",
        "days_overdue" => "allowed: whole days from 0 to 4294967295",
        "unit_price" | "quantity" | "amount" | "payable_rounding" => {
            "allowed: a decimal number such as 40.00, as text or number"
        }
        "rate" => "allowed: a decimal number from 0 to 1, such as 0.15 for 15 %",
        "issue_date" | "due_date" | "date" => "allowed: a day such as 2026-01-31",
        "kind" => "allowed: invoice, credit-note",
        "base" => "allowed: subtotal, running",
        "tax" => "allowed: a tax code of the policy, or several",
        "currency" => "allowed: a currency of ISO 4217, such as EUR",
        "seller" | "buyer" => "allowed: an object with a name",
        "items" => "allowed: an array of line items",
        "discounts" | "charges" => {
            "allowed: an array of objects with a rate or an amount, and perhaps a reason"
        }
        "prepayments" => "allowed: an array of objects with an amount",
        "preceding_invoices" => "allowed: an array of objects with an invoice_id",
        _ if field.starts_with("items[") => {
            "allowed: a line item, an object with sku, unit_price and quantity"
        }
        _ if field.starts_with("prepayments[") => "allowed: an object with an amount",
        _ if field.starts_with("preceding_invoices[") => "allowed: an object with an invoice_id",
        _ if field.ends_with(']') => "allowed: an object with a rate or an amount",
        _ => {
            "allowed: an invoice, an object with invoice_id, tier, loyalty_member, days_overdue and items"
        }
    }
}
