//! TOML as JSON, each number by its own text, and the line of each field.

use serde_json::{Map, Number, Value};
use toml_edit::{Document, Item, TableLike};

/// A TOML text that parses.
#[derive(Debug)]
pub(super) struct Toml {
    text: String,
    document: Document<String>,
}

impl Toml {
    /// Parses `text`; a mistake is its line, from 1, and what is wrong.
    pub(super) fn parse(text: String) -> Result<Self, (Option<u64>, String)> {
        match Document::parse(text.clone()) {
            Ok(document) => Ok(Self { text, document }),
            Err(error) => {
                let line = error.span().map(|span| line_at(&text, span.start));
                Err((line, format!("not valid TOML: {}", error.message().trim())))
            }
        }
    }

    /// The same data as JSON.
    pub(super) fn to_json(&self) -> String {
        self.table(self.document.as_table()).to_string()
    }

    /// The line, from 1, of the field at `path` (such as `versions[1].taxes[0].rate`), or of the
    /// innermost part of it that stands in the text.
    pub(super) fn line_of(&self, path: &str) -> Option<u64> {
        let mut part = self.document.as_item();
        let mut start = None;
        for step in path.split(['.', '[']).filter(|step| !step.is_empty()) {
            let key_start = part
                .as_table_like()
                .and_then(|table| table.get_key_value(step))
                .and_then(|(key, _)| key.span());
            let found = match step.strip_suffix(']') {
                Some(index) => index
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| part.get(index)),
                None => part.get(step),
            };
            let Some(found) = found else { break };
            let span = key_start.or_else(|| found.span());
            start = span.map(|span| span.start).or(start);
            part = found;
        }
        start.map(|start| line_at(&self.text, start))
    }

    fn table(&self, table: &dyn TableLike) -> Value {
        let entries = table.iter();
        let entries: Map<String, Value> = entries
            .map(|(name, item)| (name.to_owned(), self.item(item)))
            .collect();
        Value::Object(entries)
    }

    fn item(&self, item: &Item) -> Value {
        match item {
            Item::None => Value::Null,
            Item::Table(table) => self.table(table),
            Item::ArrayOfTables(tables) => {
                Value::Array(tables.iter().map(|table| self.table(table)).collect())
            }
            Item::Value(value) => self.value(value),
        }
    }

    fn value(&self, value: &toml_edit::Value) -> Value {
        match value {
            toml_edit::Value::String(text) => Value::String(text.value().clone()),
            toml_edit::Value::Boolean(flag) => Value::Bool(*flag.value()),
            toml_edit::Value::Datetime(day) => Value::String(day.value().to_string()),
            toml_edit::Value::Array(array) => {
                Value::Array(array.iter().map(|value| self.value(value)).collect())
            }
            toml_edit::Value::InlineTable(table) => self.table(table),
            toml_edit::Value::Integer(_) | toml_edit::Value::Float(_) => self.number(value),
        }
    }

    /// A number by its own text, so that no digit passes through a float.
    fn number(&self, value: &toml_edit::Value) -> Value {
        let span = value.span().unwrap_or_default();
        let text = self.text.get(span).unwrap_or_default();
        let plain = text.trim_start_matches('+').replace('_', "");
        let number = plain.parse::<Number>().map(Value::Number);
        number.unwrap_or_else(|_| Value::String(text.to_owned()))
    }
}

fn line_at(text: &str, start: usize) -> u64 {
    let before = text.as_bytes().get(..start).unwrap_or_default();
    memchr::memchr_iter(b'\n', before).count() as u64 + 1
}
