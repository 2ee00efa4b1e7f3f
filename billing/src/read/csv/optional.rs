//! Optional cells of adjacent rows: read only when the header names such columns.

use std::io::BufRead;

use pricing::{Invoice, InvoiceError, RawDocument, RawDocumentLine, RawInvoice};
use serde_json::{Map, Value};

use super::Fault;
use crate::columns::{OptionalColumn, put_all};
use crate::read::fault::is_of_library;
use crate::read::json::allowed_in;
use crate::read::rows::Rows;

/// Where each optional column stands, in the order of the header.
#[derive(Debug, Default)]
pub(super) struct OptionalColumns(Vec<(usize, OptionalColumn)>);

/// The filled cells of a row, each with the place of its column among the optional ones.
type Cells = Vec<(usize, String)>;

/// Why the rows make no invoice: where in its JSON, and in which column if that is an optional one.
pub(super) struct Refused {
    pub(super) path: String,
    pub(super) column: Option<String>,
    pub(super) problem: String,
}

impl From<InvoiceError> for Refused {
    fn from(error: InvoiceError) -> Self {
        Self {
            path: error.field,
            column: None,
            problem: error.problem.to_string(),
        }
    }
}

/// The optional cells of the rows of one invoice.
#[derive(Debug, Default)]
pub(super) struct Optional {
    head: Cells,
    lines: Vec<Cells>,
}

impl OptionalColumns {
    /// Adds the column of this name, unless there is none; an error when it stands twice.
    pub(super) fn add(&mut self, name: &str, position: usize) -> Option<Result<(), String>> {
        let column = OptionalColumn::named(name)?;
        if self.0.iter().any(|(_, other)| other.is_same(&column)) {
            return Some(Err(format!("column {name:?} stands twice (give it once)")));
        }
        self.0.push((position, column));
        Some(Ok(()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn column(&self, place: usize) -> &OptionalColumn {
        &self.0[place].1
    }
}

impl Optional {
    pub(super) fn clear(&mut self) {
        self.head.clear();
        self.lines.clear();
    }

    /// Adds the optional cells of the row that `rows` holds.
    pub(super) fn add<R: BufRead>(
        &mut self,
        rows: &Rows<R>,
        columns: &OptionalColumns,
        first_line: u64,
    ) -> Result<(), Fault> {
        let (mut head, mut line) = (Cells::new(), Cells::new());
        for (place, (position, column)) in columns.0.iter().enumerate() {
            let cell = rows.cell(*position).unwrap_or_default();
            let text = String::from_utf8(cell.into_owned()).map_err(|_| Fault {
                line: rows.line(),
                field: Some(column.name().to_owned()),
                problem: "the text is not UTF-8 (save the file in that encoding)".to_owned(),
            })?;
            if text.is_empty() {
                continue;
            }
            let cells = if column.is_of_line() {
                &mut line
            } else {
                &mut head
            };
            cells.push((place, text));
        }
        if self.lines.is_empty() {
            self.head = head;
        } else {
            self.check_agreement(&head, columns, rows.line(), first_line)?;
        }
        self.lines.push(line);
        Ok(())
    }

    fn check_agreement(
        &self,
        head: &Cells,
        columns: &OptionalColumns,
        line: u64,
        first_line: u64,
    ) -> Result<(), Fault> {
        let text_in = |cells: &Cells, place: usize| {
            let found = cells.iter().find(|(other, _)| *other == place);
            found.map_or(String::new(), |(_, text)| text.clone())
        };
        let differs = |place: &usize| text_in(head, *place) != text_in(&self.head, *place);
        let Some(place) = (0..columns.0.len()).find(differs) else {
            return Ok(());
        };
        let (here, there) = (text_in(head, place), text_in(&self.head, place));
        Err(Fault {
            line,
            field: Some(columns.column(place).name().to_owned()),
            problem: format!(
                "{here:?} differs from {there:?} on line {first_line} (all rows of an invoice must agree)"
            ),
        })
    }

    /// The invoice of which `plain` has the standard columns.
    pub(super) fn completed(
        &self,
        plain: RawInvoice,
        columns: &OptionalColumns,
    ) -> Result<Invoice, Box<Refused>> {
        let (json, paths) = self.json(columns);
        let mut raw: RawDocument = serde_path_to_error::deserialize(&json)
            .map_err(|error| Box::new(unreadable(&json, &paths, &error)))?;
        raw.invoice_id = plain.invoice_id;
        raw.tier = plain.tier;
        raw.loyalty_member = plain.loyalty_member;
        raw.days_overdue = plain.days_overdue;
        for (line, item) in raw.items.iter_mut().zip(plain.items) {
            line.sku = item.sku;
            line.unit_price = item.unit_price;
            line.quantity = item.quantity;
        }
        Invoice::try_from(raw).map_err(|error| {
            let column = column_at(&paths, &error.field);
            Box::new(Refused {
                column,
                ..Refused::from(error)
            })
        })
    }

    /// The invoice in JSON without the standard columns, and the path of each filled cell.
    fn json(&self, columns: &OptionalColumns) -> (Value, Vec<(String, String)>) {
        let mut paths = Vec::new();
        let mut filled = |cells: &Cells, prefix: &str, default: Option<Value>| {
            let mut json = match default {
                Some(Value::Object(json)) => json,
                _ => Map::new(),
            };
            let cells = cells.iter();
            let cells = cells.map(|(place, text)| (columns.column(*place), text.as_str()));
            for (path, column) in put_all(cells, &mut json) {
                paths.push((format!("{prefix}{path}"), column.name().to_owned()));
            }
            json
        };
        let document = serde_json::to_value(RawDocument::default()).ok();
        let mut document_json = filled(&self.head, "", document);
        let line = serde_json::to_value(RawDocumentLine::default()).ok();
        let lines = self.lines.iter().enumerate();
        let items = lines.map(|(index, cells)| {
            Value::Object(filled(cells, &format!("items[{index}]."), line.clone()))
        });
        document_json.insert("items".to_owned(), items.collect());
        (Value::Object(document_json), paths)
    }
}

/// Why a cell does not hold what its field holds.
fn unreadable(
    json: &Value,
    paths: &[(String, String)],
    error: &serde_path_to_error::Error<serde_json::Error>,
) -> Refused {
    let path = error.path().to_string();
    let message = error.inner().to_string();
    let missing = message.split('`').nth(1);
    let problem = match missing {
        Some(field) if message.starts_with("missing field") => {
            format!("its {field} is missing beside it ({})", allowed_in(field))
        }
        _ if is_of_library(&message) => {
            let text = text_at(json, &path).unwrap_or_default();
            let field = path.rsplit('.').next().unwrap_or(&path);
            format!("{text:?} is not allowed here ({})", allowed_in(field))
        }
        _ => message,
    };
    Refused {
        column: column_at(paths, &path),
        path,
        problem,
    }
}

/// The column of a field; the first one of an object when the fault is that of the whole object.
fn column_at(paths: &[(String, String)], path: &str) -> Option<String> {
    let begins = |known: &str| {
        let rest = known.strip_prefix(path);
        rest.is_some_and(|rest| rest.starts_with('.'))
    };
    let exact = paths.iter().find(|(known, _)| known == path);
    let found = exact.or_else(|| paths.iter().find(|(known, _)| begins(known)));
    found.map(|(_, column)| column.clone())
}

fn text_at<'a>(json: &'a Value, path: &str) -> Option<&'a str> {
    let mut steps = path.split(['.', '[']).filter(|step| !step.is_empty());
    let found = steps.try_fold(json, |value, step| match step.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(step),
    });
    found?.as_str()
}
