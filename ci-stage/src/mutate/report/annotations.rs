//! A warning at each literal with mutants that nobody noticed.

use super::survivors::{Gap, gaps};
use crate::mutate::matrix::Matrix;
use crate::report::github::Warning;

/// How many replacements a warning names.
const NAMED: usize = 6;

/// The warnings, the largest gaps first.
pub(super) fn of(matrix: &Matrix) -> Vec<Warning> {
    gaps(matrix).iter().map(warning).collect()
}

fn warning(gap: &Gap<'_>) -> Warning {
    let named: Vec<&str> = gap.unnoticed.iter().take(NAMED).copied().collect();
    let more = match gap.unnoticed.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Warning {
        file: gap.span.file.clone(),
        lines: (gap.span.line, gap.span.end_line),
        title: format!("{}: {}", gap.selector, gap.headline()),
        message: format!(
            "{} → {}{more}\n{}",
            gap.original,
            named.join(", "),
            gap.reason
        ),
    }
}
