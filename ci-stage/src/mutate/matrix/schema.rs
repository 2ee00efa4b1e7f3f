//! The published schema of the matrix file.

/// JSON Schema (draft 2020-12) of [`Matrix`](super::Matrix), made from its documentation.
pub const SCHEMA: &str = include_str!("../../../schemas/matrix.schema.json");

#[cfg(test)]
mod tests;
