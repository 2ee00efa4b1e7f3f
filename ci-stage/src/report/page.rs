//! What all pages share: colours, and the rules by which no text in a page can act.

use std::fmt::Write;

use minijinja::{Environment, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Error;

/// Colours for light and dark, headings, tables, buttons.
const STYLE: &str = include_str!("page.css");

/// Renders a page's template, which escapes every value that is not marked as safe.
///
/// # Errors
/// [`Error::Setup`] when the template does not fit its values.
pub fn render(template: &str, values: Value) -> Result<String, Error> {
    let cannot =
        |error: minijinja::Error| Error::Setup(format!("cannot write the page: {error:#}"));
    let mut environment = Environment::new();
    environment
        .add_template("page.html", template)
        .map_err(cannot)?;
    let template = environment.get_template("page.html").map_err(cannot)?;
    template.render(values).map_err(cannot)
}

/// Text that a template puts in as it is.
#[must_use]
pub fn safe(text: &str) -> Value {
    Value::from_safe_string(text.to_owned())
}

/// The shared style and a page's own.
#[must_use]
pub fn style(own: &str) -> Value {
    safe(&format!("{STYLE}\n{own}"))
}

/// JSON for a `script` element: a `<` in it could end the element.
///
/// # Errors
/// [`Error::Setup`] when the value cannot be JSON.
pub fn script_json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string(value)
        .map(|json| json.replace('<', "\\u003c"))
        .map_err(|error| Error::Setup(format!("cannot write the page's data: {error}")))
}

/// The mark that a page's own scripts bear, and which no text inside the page can know.
#[must_use]
pub fn nonce(data: &str) -> String {
    Sha256::digest(data)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}
