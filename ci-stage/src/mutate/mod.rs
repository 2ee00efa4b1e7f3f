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
mod show;
mod slack;
mod source;
mod state;
mod tree;
mod verify;

pub use cli::Arguments;
pub(crate) use session::run;
