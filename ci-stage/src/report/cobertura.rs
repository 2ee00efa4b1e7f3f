//! Cobertura: the lines that ran, as XML.

use lcov2cobertura::{RustDemangler, coverage_to_string, parse_lines};

use super::kind::Material;
use crate::error::Error;

/// Renders the lines of the last measurement.
///
/// # Errors
/// [`Error::Usage`] when the verdict holds no coverage.
pub(super) fn render(material: &Material<'_>) -> Result<String, Error> {
    if material.lcov.is_empty() {
        return Ok(EMPTY.to_owned());
    }
    let failed =
        |error: &dyn std::fmt::Display| Error::Setup(format!("cannot write Cobertura: {error}"));
    let lines = std::io::BufRead::lines(material.lcov.as_bytes());
    let data = parse_lines(lines, &material.root, &[]).map_err(|error| failed(&error))?;
    let began = u64::try_from(material.verdict.started_at).unwrap_or_default();
    coverage_to_string(&data, began, RustDemangler::new()).map_err(|error| failed(&error))
}

/// What readers expect where nothing was measured.
const EMPTY: &str = "<?xml version=\"1.0\" ?>\n<coverage line-rate=\"0\" branch-rate=\"0\" \
version=\"2.0.3\" timestamp=\"0\" lines-covered=\"0\" lines-valid=\"0\" branches-covered=\"0\" \
branches-valid=\"0\" complexity=\"0\"><sources/><packages/></coverage>\n";
