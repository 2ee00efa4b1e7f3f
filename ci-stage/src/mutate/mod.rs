//! Constant mutation: every number a program rests on, mistyped in every likely way, and who notices.

mod cli;
mod edits;
mod fallback;
mod find;
mod gate;
mod inputs;
mod judge;
mod lab;
pub mod matrix;
mod merge;
mod operators;
mod plan;
mod prepare;
mod probe;
mod program;
pub mod report;
mod rewrite;
mod runner;
mod select;
mod session;
mod set;
mod share;
mod show;
mod slack;
mod source;
mod state;
mod tree;
mod verify;

pub use cli::Arguments;
pub use gate::Gates;
pub(crate) use gate::verdict;
pub(crate) use merge::{conclude, merged};
pub(crate) use session::run;
