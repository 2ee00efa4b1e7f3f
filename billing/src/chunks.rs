//! A book cut into chunks of whole invoices that anything can hand out, and what was made of them put
//! together again: all of it, or nothing.

mod columns;
mod limit;
mod manifest;
mod merge;
mod pieces;
mod split;
mod total;
mod writer;

pub use limit::Limit;
pub use manifest::{Chunk, Manifest};
pub use merge::{Merged, Results, merge};
pub use split::split;

/// What the manifest is called in the folder of the chunks.
pub const MANIFEST: &str = "manifest.json";
