//! UBL inputs: one document a file.

use std::io::{BufRead, Read};

use super::book::Tell;
use super::records::RECORD_BYTES_MAX;
use super::{OriginalRecord, ReadError, ReadInvoice, Source};
use crate::error::{BadInput, Error};
use crate::policy::Rules;
use crate::ubl::{self, Fault};

/// The invoice of a UBL input.
pub(super) struct UblSource<R> {
    file: String,
    input: Option<R>,
    rules: Rules,
    tell: Option<Tell>,
    xml: String,
}

impl<R: BufRead> UblSource<R> {
    /// Its taxes are read as the codes of `rules`. When it states other amounts than it comes to, each
    /// is told to `tell`; without one the document is refused.
    pub(super) fn new(file: String, input: R, rules: Rules, tell: Option<Tell>) -> Self {
        Self {
            file,
            input: Some(input),
            rules,
            tell,
            xml: String::new(),
        }
    }

    fn rejected(&self, line: u64, field: Option<String>, problem: String) -> ReadError {
        ReadError::Rejected(BadInput {
            file: self.file.clone(),
            line: Some(line),
            field,
            problem,
        })
    }

    fn hold_against(&self, differences: &[Fault]) -> Result<(), ReadError> {
        let bad = |fault: &Fault, more: &str| BadInput {
            file: self.file.clone(),
            line: Some(fault.line),
            field: fault.field.clone(),
            problem: format!("{}{more}", fault.problem),
        };
        match (&self.tell, differences) {
            (_, []) => Ok(()),
            (Some(tell), all) => {
                for fault in all {
                    tell(&bad(fault, ""));
                }
                Ok(())
            }
            (None, [first, rest @ ..]) => {
                let others = match rest.len() {
                    0 => String::new(),
                    count => format!(", and {count} more amounts differ"),
                };
                let remedy = format!(
                    "{others} (correct the document, or price it under the policy that it was made under; --stated-totals warn takes it all the same)"
                );
                Err(ReadError::Rejected(bad(first, &remedy)))
            }
        }
    }

    fn read(&mut self, input: R) -> Result<ReadInvoice, ReadError> {
        let mut bytes = Vec::new();
        let mut limited = input.take(RECORD_BYTES_MAX);
        limited
            .read_to_end(&mut bytes)
            .map_err(|error| ReadError::io(&self.file, error))?;
        if bytes.len() as u64 == RECORD_BYTES_MAX {
            let problem = "the document is longer than 64 MiB".to_owned();
            return Err(self.rejected(1, None, problem));
        }
        let Ok(xml) = String::from_utf8(bytes) else {
            let problem = "the text is not UTF-8 (save the file in that encoding)".to_owned();
            return Err(self.rejected(1, None, problem));
        };
        self.xml = xml;
        let policy_for = |raw: &pricing::RawDocument| {
            let engine = self.rules.engine_on(raw.issue_date);
            let engine = engine.map_err(|error| error.to_string())?;
            Ok(engine.policy().clone())
        };
        let read = ubl::read(self.xml.trim_start_matches('\u{feff}'), policy_for)
            .map_err(|fault| self.rejected(fault.line, fault.field, fault.problem))?;
        self.hold_against(&read.differences)?;
        Ok(ReadInvoice {
            invoice: read.invoice,
            line: 1,
        })
    }
}

impl<R: BufRead> Source for UblSource<R> {
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        let input = self.input.take()?;
        Some(self.read(input))
    }

    fn original_record(&mut self) -> Result<OriginalRecord, Error> {
        Ok(OriginalRecord {
            header: None,
            text: self.xml.clone(),
            offset: None,
        })
    }

    fn is_spread_over_rows(&self) -> bool {
        false
    }

    fn refused_id(&self) -> Option<&str> {
        // The document is refused in one piece, so no rest of it can follow.
        None
    }
}
