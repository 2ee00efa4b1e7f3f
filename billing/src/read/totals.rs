//! Lists of totals: `invoice_id` and `total` in CSV, NDJSON, JSON, Parquet or an Arrow stream, as
//! `ledgerly price` writes them.

use std::io::BufRead;
use std::path::Path;

use pricing::amount;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::InputFormat;
use super::book::unnoted;
use super::columnar::{
    TotalColumns, TotalRow, open_arrow, open_parquet, row_and_field, total_columns,
};
use super::fault;
use super::input::{Input, whole_file};
use super::records::{CutError, Records};
use super::repeated::problem_of_numbers;
use super::rows::Rows;
use super::seen::SeenIds;
use crate::error::{BadInput, Error};

/// What an invoice comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotalRead {
    /// The invoice.
    pub invoice_id: String,
    /// Its total.
    pub total: Decimal,
    /// The line on which it stands, from 1; of columns the row.
    pub line: u64,
}

/// The totals of one list, in order; each invoice once. Other columns and fields are passed over.
pub struct Totals {
    file: String,
    source: TotalSource,
    ids: SeenIds,
}

enum TotalSource {
    Columns(Box<TotalColumns>),
    Json(Records<Box<dyn BufRead>>),
    Csv {
        rows: Rows<Box<dyn BufRead>>,
        invoice_id: usize,
        total: usize,
    },
}

/// The fields of a record.
#[derive(Deserialize)]
struct Record {
    invoice_id: String,
    #[serde(with = "amount")]
    total: Decimal,
}

/// What is wrong with a record: below its first line, in a field.
struct Refusal {
    line_below: u64,
    field: Option<String>,
    problem: String,
}

impl Totals {
    /// Opens the list at `path`; `-` is standard input.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let mut input = Input::open(path, &|bytes| bytes)?;
        let format = input.format(None)?;
        let file = input.file.clone();
        let columns = |batches: Result<_, String>| match batches {
            Ok(batches) => Ok(TotalSource::Columns(Box::new(TotalColumns::new(batches)))),
            Err(problem) => Err(whole_file(&file, problem)),
        };
        let source = match format {
            InputFormat::Json => TotalSource::Json(Records::document(input.bytes)),
            InputFormat::Ndjson => TotalSource::Json(Records::lines(input.bytes)),
            InputFormat::Csv => csv(input.bytes).map_err(|error| cut(&file, error))?,
            InputFormat::Parquet => {
                let (opened, shown) = input.into_file()?;
                columns(open_parquet(opened, shown, total_columns))?
            }
            InputFormat::Arrow => columns(open_arrow(input.bytes, total_columns))?,
            InputFormat::Ubl => {
                let problem = "not a list of totals (allowed: CSV, NDJSON, JSON, Parquet or Arrow with invoice_id and total)";
                return Err(whole_file(&file, problem.to_owned()));
            }
        };
        Ok(Self {
            source,
            file,
            ids: SeenIds::default(),
        })
    }

    /// The error that `total` cannot be accepted.
    #[must_use]
    pub fn refused(&self, total: &TotalRead, problem: &str) -> Error {
        self.bad(total.line, Some("total"), problem.to_owned())
    }

    fn bad(&self, line: u64, field: Option<&str>, problem: String) -> Error {
        let (line, field) = match self.source {
            TotalSource::Columns(_) => (None, Some(row_and_field(line, field))),
            _ => (Some(line), field.map(str::to_owned)),
        };
        BadInput {
            file: self.file.clone(),
            line,
            field,
            problem,
        }
        .into()
    }

    fn read(&mut self) -> Result<Option<TotalRead>, Error> {
        let read = match &mut self.source {
            TotalSource::Columns(columns) => match columns.next() {
                Ok(row) => Ok(row.map(of_columns)),
                Err(problem) => return Err(whole_file(&self.file, problem)),
            },
            TotalSource::Json(records) => next_of_json(records),
            TotalSource::Csv {
                rows,
                invoice_id,
                total,
            } => next_of_csv(rows, *invoice_id, *total),
        };
        let Some((line, record)) = read.map_err(|error| cut(&self.file, error))? else {
            return self.far_apart().map(|()| None);
        };
        let record = record.map_err(|refusal| {
            let field = refusal.field.as_deref();
            self.bad(line + refusal.line_below, field, refusal.problem)
        })?;
        if record.invoice_id.trim().is_empty() {
            let problem = "the identifier is empty (allowed: any text)".to_owned();
            return Err(self.bad(line, Some("invoice_id"), problem));
        }
        if !self.ids.insert(&record.invoice_id).map_err(unnoted)? {
            let problem = format!(
                "{:?} comes again in this list (give each invoice one total)",
                record.invoice_id
            );
            return Err(self.bad(line, Some("invoice_id"), problem));
        }
        Ok(Some(TotalRead {
            invoice_id: record.invoice_id,
            total: record.total,
            line,
        }))
    }
}

impl Totals {
    /// Refuses a list in which an invoice stands twice, however far apart.
    fn far_apart(&mut self) -> Result<(), Error> {
        match self.ids.repeated(None).map_err(unnoted)? {
            None => Ok(()),
            Some(found) => {
                let problem = problem_of_numbers(found.first, found.second);
                Err(whole_file(&self.file, problem))
            }
        }
    }
}

fn of_columns(found: TotalRow) -> (u64, Result<Record, Refusal>) {
    let refusal = |problem: String| Refusal {
        line_below: 0,
        field: Some("total".to_owned()),
        problem,
    };
    let total = match found.total {
        Ok(Some(total)) => Ok(total),
        Ok(None) => Err(refusal(
            "the value is missing (allowed: a decimal number such as 40.00)".to_owned(),
        )),
        Err(error) => Err(refusal(error.to_string())),
    };
    let record = total.map(|total| Record {
        invoice_id: found.invoice_id,
        total,
    });
    (found.row, record)
}

impl Iterator for Totals {
    type Item = Result<TotalRead, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

type Next = Result<Option<(u64, Result<Record, Refusal>)>, CutError>;

fn next_of_json<R: BufRead>(records: &mut Records<R>) -> Next {
    let mut bytes = Vec::new();
    let Some(line) = records.read(&mut bytes)? else {
        return Ok(None);
    };
    let json = std::str::from_utf8(&bytes).map_err(|_| not_utf8(line))?;
    let parsed = fault::parse(json, allowed_in).map_err(|fault| Refusal {
        line_below: fault.line_below,
        field: fault.field,
        problem: fault.problem,
    });
    Ok(Some((line, parsed)))
}

fn allowed_in(field: &str) -> &'static str {
    match field {
        "invoice_id" => "allowed: a text in quotes",
        "total" => "allowed: a decimal number such as 40.00, as text or number",
        _ => "allowed: an object with invoice_id and total",
    }
}

fn csv(input: Box<dyn BufRead>) -> Result<TotalSource, CutError> {
    let mut rows = Rows::new(input);
    rows.advance()?;
    let names: Vec<_> = (0..rows.cell_count())
        .filter_map(|index| rows.cell(index))
        .collect();
    let position = |wanted: &str| {
        names.iter().position(|name| &**name == wanted.as_bytes()).ok_or_else(|| {
            let problem = format!(
                "column {wanted:?} is missing (a list of totals has the columns invoice_id and total)"
            );
            CutError::Torn(1, problem)
        })
    };
    let (invoice_id, total) = (position("invoice_id")?, position("total")?);
    drop(names);
    Ok(TotalSource::Csv {
        rows,
        invoice_id,
        total,
    })
}

fn next_of_csv<R: BufRead>(rows: &mut Rows<R>, invoice_id: usize, total: usize) -> Next {
    if !rows.advance()? {
        return Ok(None);
    }
    let line = rows.line();
    if let Some(fault) = rows.fault() {
        return Err(CutError::Torn(line, fault.to_owned()));
    }
    let cell = |index| {
        let cell = rows.cell(index).unwrap_or_default().into_owned();
        String::from_utf8(cell).map_err(|_| not_utf8(line))
    };
    let (invoice_id, total) = (cell(invoice_id)?, cell(total)?);
    let record = amount::parse(&total).map(|total| Record { invoice_id, total });
    let record = record.map_err(|error| Refusal {
        line_below: 0,
        field: Some("total".to_owned()),
        problem: error.to_string(),
    });
    Ok(Some((line, record)))
}

fn not_utf8(line: u64) -> CutError {
    let problem = "the text is not UTF-8 (save the file in that encoding)";
    CutError::Torn(line, problem.to_owned())
}

fn cut(file: &str, error: CutError) -> Error {
    match error {
        CutError::Io(source) => Error::io("reading", file, source),
        CutError::Torn(line, problem) => BadInput {
            file: file.to_owned(),
            line: Some(line),
            field: None,
            problem,
        }
        .into(),
    }
}
