//! What a change would do to a book: two policies, or two lists of totals, compared invoice by invoice.
//!
//! One pass over the input, in memory that does not grow with it: sums are kept by tier and by rule,
//! the largest changes in a short list, and the differences as counts from which the percentiles
//! follow exactly.

mod difference;
mod histogram;
mod page;
mod partial;
mod policies;
mod report;
mod rule;
mod spread;
mod table;
mod tally;
mod totals;
mod units;

pub use difference::Difference;
pub use page::page;
pub use partial::{Partial, merge};
pub use policies::{Sides, of_policies};
pub use report::{Impact, InCurrency, Side};
pub use rule::Rule;
pub(crate) use spread::Spread;
pub use table::table;
pub(crate) use tally::Tally;
pub use totals::{OnAbsent, of_totals};
pub use units::Units;

use crate::error::Error;

/// Receives each difference while the book is read, such as to list it.
pub type OnDifference<'a> = dyn FnMut(&Difference) -> Result<(), Error> + 'a;

#[cfg(test)]
mod tests;
