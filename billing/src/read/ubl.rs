//! UBL inputs: one document a file.

use std::io::{BufRead, Read};

use super::records::RECORD_BYTES_MAX;
use super::{OriginalRecord, ReadError, ReadInvoice, Source};
use crate::error::BadInput;
use crate::policy::Rules;
use crate::ubl;

/// The invoice of a UBL input.
pub(super) struct UblSource<R> {
    file: String,
    input: Option<R>,
    rules: Rules,
    xml: String,
}

impl<R: BufRead> UblSource<R> {
    /// Its taxes are read as the codes of `rules`.
    pub(super) fn new(file: String, input: R, rules: Rules) -> Self {
        Self {
            file,
            input: Some(input),
            rules,
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
        let invoice = ubl::read(self.xml.trim_start_matches('\u{feff}'), policy_for)
            .map_err(|fault| self.rejected(fault.line, fault.field, fault.problem))?;
        Ok(ReadInvoice { invoice, line: 1 })
    }
}

impl<R: BufRead> Source for UblSource<R> {
    fn next_invoice(&mut self) -> Option<Result<ReadInvoice, ReadError>> {
        let input = self.input.take()?;
        Some(self.read(input))
    }

    fn original_record(&self) -> OriginalRecord {
        OriginalRecord {
            header: None,
            text: self.xml.clone(),
        }
    }

    fn is_spread_over_rows(&self) -> bool {
        false
    }

    fn refused_id(&self) -> Option<&str> {
        // The document is refused in one piece, so no rest of it can follow.
        None
    }
}
