//! Progress on standard error, only when a person looks at it.

use std::io::Read;
use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the bytes of `inputs`; hidden unless standard error is a terminal.
pub(super) fn bar_over(inputs: &[PathBuf]) -> ProgressBar {
    let files = crate::read::expanded(inputs.to_vec());
    let sizes = files
        .iter()
        .map(|path| std::fs::metadata(path).ok().map(|file| file.len()));
    let bar = match sizes.sum::<Option<u64>>() {
        Some(bytes) => ProgressBar::new(bytes),
        None => ProgressBar::no_length(),
    };
    styled(
        bar,
        "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
    )
}

/// Reads through `bar`.
pub(super) fn wrap(bar: ProgressBar) -> crate::read::Wrap {
    Box::new(move |input| -> Box<dyn Read> { Box::new(bar.wrap_read(input)) })
}

/// A bar over invoices, whose number the caller sets; hidden unless standard error is a terminal.
pub(super) fn over_invoices() -> ProgressBar {
    styled(
        ProgressBar::no_length(),
        "{wide_bar} {pos}/{len} invoices {per_sec} {eta}",
    )
}

/// The template is a constant; should it ever be wrong, the default style serves.
fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
