//! The records of a filter that are not results: each says what it is in its first field, `ledgerly`.

use pricing::BookSummary;
use serde::{Deserialize, Serialize};

use super::ids::IdRange;
use super::input::InputPrint;
use super::stream::StreamFormat;

/// What a line begins with that is not a result.
pub(crate) const MARK: &[u8] = b"{\"ledgerly\":\"";

/// What kind of record a line is.
#[derive(Debug, Deserialize)]
pub(crate) struct Head {
    pub(crate) ledgerly: String,
}

impl Head {
    /// The kind of a record that is not a result; `None` for a result.
    pub(crate) fn of(line: &[u8]) -> Option<Self> {
        line.starts_with(MARK)
            .then(|| serde_json::from_slice(line).ok())?
    }
}

/// An invoice that was refused, and where it stands in the input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reject {
    ledgerly: String,
    pub(crate) file: String,
    /// The line of a text, from 1.
    pub(crate) line: Option<u64>,
    /// How many bytes of a JSON text stand before the invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) offset: Option<u64>,
    /// The row of columns, from 1.
    pub(crate) row: Option<u64>,
    /// Its identifier, where the input tells it.
    pub(crate) invoice_id: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) problem: String,
    /// The header line, for CSV.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) header: Option<String>,
    pub(crate) record: String,
}

impl Reject {
    pub(crate) const KIND: &str = "reject";

    pub(crate) fn new(
        bad: &crate::BadInput,
        original: &crate::read::OriginalRecord,
        invoice_id: Option<String>,
    ) -> Self {
        let (row, field) = split_row(bad.field.as_deref());
        Self {
            ledgerly: Self::KIND.to_owned(),
            file: bad.file.clone(),
            line: bad.line,
            offset: original.offset,
            row,
            invoice_id: invoice_id.or_else(|| told_id(&original.text)),
            field: field.map(str::to_owned),
            problem: bad.problem.clone(),
            header: original.header.clone(),
            record: original.text.clone(),
        }
    }
}

impl Reject {
    /// What is wrong and the text itself, with the chunk that it stands in instead of the input's name.
    pub(crate) fn into_parts(self, chunk: &str) -> (crate::BadInput, crate::read::OriginalRecord) {
        let field = match (self.row, self.field) {
            (None, field) => field,
            (Some(row), None) => Some(format!("row {row}")),
            (Some(row), Some(field)) => Some(format!("row {row}: {field}")),
        };
        let bad = crate::BadInput {
            file: chunk.to_owned(),
            line: self.line,
            field,
            problem: self.problem,
        };
        let original = crate::read::OriginalRecord {
            header: self.header,
            text: self.record,
            offset: self.offset,
        };
        (bad, original)
    }
}

/// The row and the field of what messages call `row 3: quantity`.
fn split_row(field: Option<&str>) -> (Option<u64>, Option<&str>) {
    let in_row = field.and_then(|field| field.strip_prefix("row "));
    let Some(in_row) = in_row else {
        return (None, field);
    };
    let (row, field) = match in_row.split_once(": ") {
        Some((row, field)) => (row, Some(field)),
        None => (in_row, None),
    };
    (row.parse().ok(), field)
}

/// The identifier in a record that is refused, if the record is JSON and has one.
fn told_id(record: &str) -> Option<String> {
    let record: serde_json::Value = serde_json::from_str(record).ok()?;
    let id = record.get("invoice_id")?.as_str()?;
    Some(id.to_owned())
}

/// That everything was done: the last record of a filter's output.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) ledgerly: String,
    /// All that were read; `priced` and `rejected` add up to it.
    pub(crate) invoices: u64,
    pub(crate) priced: u64,
    pub(crate) rejected: u64,
    /// Which identifiers they have.
    pub(crate) ids: IdRange,
    /// Which bytes were read.
    pub(crate) input: InputPrint,
    /// The hashes of the rules, one a period of the policy.
    pub(crate) policy: Vec<String>,
    /// What stands before this record; in columns, before its batch.
    pub(crate) output: OutputDigest,
}

/// What stands before the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutputDigest {
    pub(crate) format: StreamFormat,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

impl End {
    pub(crate) const KIND: &str = "end";
}

/// What the invoices of a part come to: `ledgerly summary` adds such parts up.
#[derive(Debug, Serialize)]
pub(crate) struct SummaryRecord<'s> {
    ledgerly: &'static str,
    summary: &'s BookSummary,
}

impl<'s> SummaryRecord<'s> {
    pub(crate) fn of(summary: &'s BookSummary) -> Self {
        Self {
            ledgerly: "summary",
            summary,
        }
    }
}
