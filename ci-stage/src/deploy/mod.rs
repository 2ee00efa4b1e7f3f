//! Delivery: the same bytes from one environment to the next, and back in seconds.
//!
//! An `environment` is a folder here or behind ssh, which `place` alone reads and writes:
//! `releases/DIGEST`, the link `current`, the append-only `log.jsonl`. `candidate` says whether
//! an artifact may go there: it is green and proven where it has to be, and `gate` asks whether
//! a person has to approve (`approval`), because amounts change (`impact`). `live` makes it
//! the running one, `watch`es it, and goes back when it misbehaves.

mod approval;
mod approve;
mod candidate;
mod command;
mod drill;
mod environment;
mod gate;
mod impact;
mod live;
mod log;
mod place;
mod status;
mod watch;
mod who;

pub use command::{Command, run};

/// The first digits of a digest, as people are shown them.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
