//! Constants whose exact value rarely matters, told by their names and texts.

use crate::mutate::find::{Constant, SiteKind};
use crate::mutate::matrix::LowValue;
use crate::mutate::source::Source;

/// Words of a constant's name, and the group that each of them stands for.
const GROUPS: [(LowValue, &[&str]); 5] = [
    (
        LowValue::Capacity,
        &["CAPACITY", "BUFFER", "BUF", "CHUNK", "CACHE", "PREALLOC"],
    ),
    (
        LowValue::Timeout,
        &[
            "TIMEOUT",
            "TIMEOUTS",
            "RETRY",
            "RETRIES",
            "BACKOFF",
            "POLL",
            "KEEPALIVE",
            "HEARTBEAT",
            "TTL",
        ],
    ),
    (LowValue::Seed, &["SEED", "SEEDS", "SALT", "NONCE"]),
    (
        LowValue::Version,
        &["VERSION", "VER", "AGENT", "COMMIT", "BUILD"],
    ),
    (
        LowValue::Text,
        &[
            "MESSAGE",
            "MSG",
            "HELP",
            "USAGE",
            "BANNER",
            "ABOUT",
            "DESCRIPTION",
            "LOG",
            "PROMPT",
            "EXAMPLES",
            "EXAMPLE",
            "TITLE",
        ],
    ),
];

/// The group a constant belongs to, if any.
pub(super) fn group(source: &Source, constant: &Constant) -> Option<LowValue> {
    let words: Vec<&str> = constant.name.split('_').collect();
    let named = GROUPS
        .iter()
        .find(|(_, names)| words.iter().any(|word| names.contains(word)));
    named
        .map(|(group, _)| *group)
        .or_else(|| is_prose(source, constant).then_some(LowValue::Text))
}

/// A single text of several words is read by people, not by the program.
fn is_prose(source: &Source, constant: &Constant) -> bool {
    let [site] = constant.sites.as_slice() else {
        return false;
    };
    let text = source.slice(&site.range);
    site.kind == SiteKind::Text && text.split_whitespace().count() >= 3
}
