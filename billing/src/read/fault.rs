//! Why a JSON text is refused, for people: the line, the field, what is allowed.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::place::{line_of, text_of};
use crate::suggest;

/// So much of a wrong value is shown.
const SHOWN_CHARS_MAX: usize = 40;

/// What is allowed in the field of a name.
type AllowedIn = fn(&str) -> &'static str;

/// What is wrong with the text of one document.
pub(crate) struct Fault {
    /// Lines between the first line of the text and the fault.
    pub(crate) line_below: u64,
    pub(crate) field: Option<String>,
    pub(crate) problem: String,
}

impl Fault {
    pub(crate) fn new(line_below: u64, field: Option<String>, problem: String) -> Self {
        Self {
            line_below,
            field,
            problem,
        }
    }
}

/// Reads `json`; `allowed_in` says for people what is allowed in the field of a name.
pub(crate) fn parse<T: DeserializeOwned>(json: &str, allowed_in: AllowedIn) -> Result<T, Fault> {
    serde_json::from_str(json).map_err(|error| explain::<T>(json, &error, allowed_in))
}

/// Reads once more, slower, to learn at which field it fails.
fn explain<T: DeserializeOwned>(
    json: &str,
    error: &serde_json::Error,
    allowed_in: AllowedIn,
) -> Fault {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => String::new(),
        Err(tracked) => tracked.path().to_string(),
    };
    let path = if path == "." { "" } else { &path };
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    let reported_line = u64::try_from(error.line().saturating_sub(1)).unwrap_or(0);
    match error.classify() {
        Category::Data => data_fault(json, path, message, reported_line, allowed_in),
        _ => Fault::new(
            reported_line,
            some(path),
            format!("not valid JSON: {message}"),
        ),
    }
}

/// The fault of well-formed JSON of another shape.
fn data_fault(
    json: &str,
    path: &str,
    message: &str,
    reported_line: u64,
    allowed_in: AllowedIn,
) -> Fault {
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
            wrong_type(json, path, message, allowed_in),
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

/// Whether a message is a library's, which says what it expected of a programmer.
pub(crate) fn is_of_library(message: &str) -> bool {
    let starts = [
        "invalid",
        "unknown variant",
        "failed to parse",
        "parsed value",
    ];
    starts.iter().any(|start| message.starts_with(start))
}

fn wrong_type(json: &str, path: &str, message: &str, allowed_in: AllowedIn) -> String {
    // An amount's own messages say already what is allowed.
    if !is_of_library(message) {
        return message.to_owned();
    }
    let field = path.rsplit('.').next().unwrap_or(path);
    let words: Vec<&str> = text_of(json, path).split_whitespace().collect();
    let shortened: String = words.join(" ").chars().take(SHOWN_CHARS_MAX).collect();
    format!("found {shortened} ({})", allowed_in(field))
}
