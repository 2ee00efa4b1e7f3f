//! The optional columns of CSV books: each stands for a field of the invoice as it is in JSON.
//!
//! `line_discount_2_rate` is the rate of the second discount of the row's line item; a first one is
//! `line_discount_rate`. A cell that is empty says nothing.

use serde_json::{Map, Value, json};

/// Entries of a list are told apart by numbers up to this one.
const NUMBER_MAX: usize = 99;

/// Between several tax codes in one cell.
const BETWEEN_CODES: &str = " + ";

/// Facts of the invoice, repeated in each of its rows.
const DOCUMENT_FIELDS: &[&str] = &[
    "kind",
    "credits",
    "issue_date",
    "due_date",
    "currency",
    "prices_include_tax",
    "payable_rounding",
    "payment_terms",
    "note",
];

/// Facts of the row's line item.
const LINE_FIELDS: &[&str] = &["description", "unit", "tax"];

/// Objects of the invoice: the prefix, which is also the field, and what they hold.
const PARTIES: &[&str] = &["seller", "buyer"];
const PARTY_FIELDS: &[&str] = &["name", "tax_id", "street", "city", "postal_code", "country"];

/// A list whose entries are spread over columns.
#[derive(Debug)]
struct List {
    prefix: &'static str,
    field: &'static str,
    of_line: bool,
    parts: &'static [&'static str],
}

const LISTS: &[List] = &[
    List {
        prefix: "line_discount",
        field: "discounts",
        of_line: true,
        parts: &["rate", "amount", "base", "reason"],
    },
    List {
        prefix: "line_charge",
        field: "charges",
        of_line: true,
        parts: &["rate", "amount", "base", "reason"],
    },
    List {
        prefix: "document_discount",
        field: "discounts",
        of_line: false,
        parts: &["rate", "amount", "base", "reason", "tax"],
    },
    List {
        prefix: "document_charge",
        field: "charges",
        of_line: false,
        parts: &["rate", "amount", "base", "reason", "tax"],
    },
    List {
        prefix: "prepayment",
        field: "prepayments",
        of_line: false,
        parts: &["amount", "date", "reason"],
    },
    List {
        prefix: "preceding",
        field: "preceding_invoices",
        of_line: false,
        parts: &["invoice_id", "issue_date"],
    },
];

/// Where a field stands, in the invoice or in a line item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Field(&'static str),
    Member(&'static str, &'static str),
    /// The list, the number from 1, the field of the entry.
    Entry(&'static str, usize, &'static str),
}

/// An optional column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OptionalColumn {
    name: String,
    of_line: bool,
    place: Place,
}

/// The columns that an invoice without entries beyond the first of each list may have, for people.
pub(crate) fn names() -> Vec<String> {
    every(1).into_iter().map(|column| column.name).collect()
}

/// All columns, with the first `entries` entries of each list.
pub(crate) fn every(entries: usize) -> Vec<OptionalColumn> {
    let field = |of_line| {
        move |&name: &&'static str| OptionalColumn {
            name: name.to_owned(),
            of_line,
            place: Place::Field(name),
        }
    };
    let parties = PARTIES.iter().flat_map(|&party| {
        PARTY_FIELDS.iter().map(move |part| OptionalColumn {
            name: format!("{party}_{part}"),
            of_line: false,
            place: Place::Member(party, part),
        })
    });
    let lists = LISTS.iter().flat_map(|list| {
        (1..=entries)
            .flat_map(move |number| list.parts.iter().map(move |part| list.column(number, part)))
    });
    let document = DOCUMENT_FIELDS.iter().map(field(false));
    let line = LINE_FIELDS.iter().map(field(true));
    document.chain(parties).chain(line).chain(lists).collect()
}

/// The fields that are lists of entries.
pub(crate) fn lists() -> impl Iterator<Item = &'static str> {
    LISTS.iter().map(|list| list.field)
}

impl List {
    fn column(&self, number: usize, part: &'static str) -> OptionalColumn {
        let number_shown = if number == 1 {
            String::new()
        } else {
            format!("_{number}")
        };
        OptionalColumn {
            name: format!("{}{number_shown}_{part}", self.prefix),
            of_line: self.of_line,
            place: Place::Entry(self.field, number, part),
        }
    }

    /// The column of this name, if it is one of this list.
    fn named(&self, name: &str) -> Option<OptionalColumn> {
        let rest = name.strip_prefix(self.prefix)?.strip_prefix('_')?;
        let numbered = rest.split_once('_');
        let numbered = numbered.and_then(|(digits, part)| Some((digits.parse().ok()?, part)));
        let (number, part) = numbered.unwrap_or((1, rest));
        let part = self.parts.iter().find(|known| **known == part)?;
        let column = self.column(number, part);
        // One spelling a column: not line_discount_02_rate, which would be found twice.
        let is_canonical = column.name == name || (number == 1 && rest == format!("1_{part}"));
        ((1..=NUMBER_MAX).contains(&number) && is_canonical).then_some(column)
    }
}

impl OptionalColumn {
    /// The column of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut listed = LISTS.iter().filter_map(|list| list.named(name));
        let single = || every(0).into_iter().find(|column| column.name == name);
        listed.next().or_else(single)
    }

    /// The name in a header.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether each row has its own; otherwise the rows of an invoice repeat it.
    pub(crate) fn is_of_line(&self) -> bool {
        self.of_line
    }

    /// Whether both stand for the same field.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        (self.of_line, self.place) == (other.of_line, other.place)
    }

    /// The cell's text, from the JSON of the invoice and of the line item; empty when nothing stands there.
    pub(crate) fn text_in(&self, invoice: &Value, item: &Value) -> String {
        let json = if self.of_line { item } else { invoice };
        let found = match self.place {
            Place::Field(field) => json.get(field),
            Place::Member(member, field) => json.get(member).and_then(|found| found.get(field)),
            Place::Entry(list, number, field) => {
                let entry = json.get(list).and_then(|found| found.get(number - 1));
                entry.and_then(|entry| entry.get(field))
            }
        };
        match found {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(codes)) => {
                let codes = codes.iter().filter_map(Value::as_str);
                codes.collect::<Vec<_>>().join(BETWEEN_CODES)
            }
            Some(other) => other.to_string(),
        }
    }

    /// Puts a cell's text into the JSON of an invoice or line item; returns its path there. The
    /// entries of a list must come in their order.
    fn put(&self, text: &str, into: &mut Map<String, Value>, numbers: &mut Numbers) -> String {
        match self.place {
            Place::Field(field) => {
                into.insert(field.to_owned(), value_of(field, text));
                field.to_owned()
            }
            Place::Member(member, field) => {
                let object = into.entry(member).or_insert_with(|| json!({}));
                object[field] = value_of(field, text);
                format!("{member}.{field}")
            }
            Place::Entry(list, number, field) => {
                let entries = into.entry(list).or_insert_with(|| json!([]));
                let index = numbers.index_of(list, number);
                if let Value::Array(entries) = entries
                    && entries.len() <= index
                {
                    entries.push(json!({}));
                }
                entries[index][field] = value_of(field, text);
                format!("{list}[{index}].{field}")
            }
        }
    }
}

/// The numbers of the entries so far: entries without a filled cell are left out.
#[derive(Default)]
struct Numbers(Vec<(&'static str, usize)>);

impl Numbers {
    /// The entry's index in its list.
    fn index_of(&mut self, list: &'static str, number: usize) -> usize {
        if !self.0.contains(&(list, number)) {
            self.0.push((list, number));
        }
        let before = self.0.iter().filter(|(other, _)| *other == list);
        before.count() - 1
    }
}

/// The filled cells of a row, put into the JSON of an invoice or line item; with each cell's path.
pub(crate) fn put_all<'a>(
    cells: impl IntoIterator<Item = (&'a OptionalColumn, &'a str)>,
    into: &mut Map<String, Value>,
) -> Vec<(String, &'a OptionalColumn)> {
    let mut cells: Vec<_> = cells.into_iter().collect();
    cells.sort_by_key(|(column, _)| match column.place {
        Place::Entry(list, number, _) => (list, number),
        Place::Field(_) | Place::Member(..) => ("", 0),
    });
    let mut numbers = Numbers::default();
    let cells = cells.into_iter();
    cells
        .map(|(column, text)| (column.put(text, into, &mut numbers), column))
        .collect()
}

fn value_of(field: &str, text: &str) -> Value {
    match field {
        "prices_include_tax" if text.eq_ignore_ascii_case("true") => Value::Bool(true),
        "prices_include_tax" if text.eq_ignore_ascii_case("false") => Value::Bool(false),
        "tax" if text.contains('+') => text.split('+').map(str::trim).collect(),
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
mod tests;
