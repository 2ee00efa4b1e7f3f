//! Progress on standard error, only when a person looks at it.

use std::io::Read;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the bytes of `inputs`; hidden unless standard error is a terminal.
pub(super) fn bar_over(inputs: &[PathBuf]) -> ProgressBar {
    let sizes = inputs
        .iter()
        .map(|path| std::fs::metadata(path).ok().map(|file| file.len()));
    let bar = match sizes.sum::<Option<u64>>() {
        Some(bytes) => ProgressBar::new(bytes),
        None => ProgressBar::no_length(),
    };
    let style = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    // The template is a constant; should it ever be wrong, the default style serves.
    bar.set_style(
        ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}

/// Reads through `bar`.
pub(super) fn wrap(bar: ProgressBar) -> crate::read::Wrap {
    Box::new(move |input| -> Box<dyn Read> { Box::new(bar.wrap_read(input)) })
}

/// A counter of invoices; hidden unless standard error is a terminal.
pub(super) fn counter() -> ProgressBar {
    let bar = ProgressBar::no_length();
    let style = "{spinner} {pos} invoices, {per_sec}, {elapsed}";
    bar.set_style(
        ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    bar
}
