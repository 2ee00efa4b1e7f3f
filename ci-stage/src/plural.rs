//! Counted things in a sentence.

use std::fmt::Display;

/// `1 check`, `2 checks`.
pub(crate) fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, unit: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {unit}{ending}")
}
