//! CSV cells, quoted where they must be.

use std::borrow::Cow;

/// `text` as one CSV cell.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}
