//! Constant mutation: every number a program rests on, mistyped in every likely way, and who notices.

pub mod matrix;
pub mod report;
