//! What is done to files, and the loop that feeds a reader with them.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};

/// Inputs of a short run, for each reader.
const INPUTS: u32 = 64;

/// Inputs between two looks at the clock of a long run.
const INPUTS_IN_A_ROW: u32 = 512;

/// What readers stumble over.
const SEEDS: [&str; 36] = [
    "0",
    "-0",
    "-",
    "00",
    ".",
    "1e999",
    "1E-7",
    "0.1e1",
    "1_000",
    "+5",
    "NaN",
    "1.",
    "79228162514264337593543950335",
    "79228162514264337593543950336",
    "0.0000000000000000000000000001",
    "99999999999999999999999999999999999999",
    "4294967296",
    "9223372036854775808",
    "null",
    "true",
    "[[[[[[[[",
    "{\"a\":",
    "\"",
    "\"\"",
    "\\u0000",
    "\\ud800",
    ",",
    ",,,,,,,",
    "\r",
    "\n\n",
    "\u{feff}",
    "<!--",
    "]]>",
    "&lt;",
    "<![CDATA[",
    "é€\u{1f4b6}\u{202e}\0",
];

/// What is done to a text.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    Byte(Index, u8),
    Seed(Index, &'static str),
    Cut(Index, Index),
    Double(Index, Index),
    /// A piece of the other text.
    Splice(Index, Index, Index),
}

pub(crate) fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let at = any::<Index>;
    let one = prop_oneof![
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        3 => (at(), b' '..=b'~').prop_map(|(at, byte)| Damage::Byte(at, byte)),
        4 => (at(), select(&SEEDS[..])).prop_map(|(at, seed)| Damage::Seed(at, seed)),
        2 => (at(), at()).prop_map(|(from, to)| Damage::Cut(from, to)),
        1 => (at(), at()).prop_map(|(from, to)| Damage::Double(from, to)),
        2 => (at(), at(), at()).prop_map(|(at, from, to)| Damage::Splice(at, from, to)),
    ];
    vec(one, 0..5)
}

/// A piece of `text` that is seldom most of it.
fn piece(text: &[u8], from: Index, to: Index) -> std::ops::Range<usize> {
    let from = from.index(text.len() + 1);
    from..(from + to.index(48)).min(text.len())
}

pub(crate) fn damaged(text: &[u8], other: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    for damage in damages.iter().cloned() {
        let place = |at: Index| at.index(bytes.len() + 1);
        match damage {
            Damage::Byte(at, byte) => {
                let at = place(at);
                bytes.splice(at..(at + 1).min(bytes.len()), [byte]);
            }
            Damage::Seed(at, seed) => {
                let at = place(at);
                bytes.splice(at..at, seed.bytes());
            }
            Damage::Cut(from, to) => drop(bytes.drain(piece(&bytes, from, to))),
            Damage::Double(from, to) => {
                let piece = piece(&bytes, from, to);
                let copy = bytes[piece.clone()].to_vec();
                bytes.splice(piece.start..piece.start, copy);
            }
            Damage::Splice(at, from, to) => {
                let at = place(at);
                let piece = piece(other, from, to);
                bytes.splice(at..at, other[piece].iter().copied());
            }
        }
    }
    bytes
}

/// Damaged texts of which `text` makes the good ones.
pub(crate) fn texts<T: std::fmt::Debug + 'static>(
    good: impl Strategy<Value = T> + 'static,
    text: impl Fn(&T) -> String,
) -> impl Strategy<Value = Vec<u8>> {
    let good = good.boxed();
    (good.clone(), good, damage()).prop_map(move |(one, other, damages)| {
        damaged(text(&one).as_bytes(), text(&other).as_bytes(), &damages)
    })
}

/// What became of the inputs.
#[derive(Debug, Default)]
struct Count {
    inputs: u64,
    taken: u64,
    slowest: Duration,
}

/// Feeds `reader`, which tells whether it took the input; says how many there were.
pub(crate) fn fuzz<T: std::fmt::Debug>(
    name: &str,
    inputs: impl Strategy<Value = T>,
    reader: impl Fn(&T) -> bool,
) {
    let seconds = std::env::var("LEDGERLY_FUZZ_SECONDS").ok();
    let budget = seconds.map(|seconds| Duration::from_secs(seconds.parse().unwrap()));
    let (started, count) = (Instant::now(), RefCell::new(Count::default()));
    loop {
        let cases = budget.map_or(INPUTS, |_| INPUTS_IN_A_ROW);
        let config = Config {
            failure_persistence: None,
            ..Config::with_cases(cases)
        };
        let outcome = TestRunner::new(config).run(&inputs, |input| {
            let began = Instant::now();
            let taken = reader(&input);
            let mut count = count.borrow_mut();
            count.inputs += 1;
            count.taken += u64::from(taken);
            count.slowest = count.slowest.max(began.elapsed());
            Ok(())
        });
        assert!(outcome.is_ok(), "{name}: {outcome:?}");
        if budget.is_none_or(|budget| started.elapsed() >= budget) {
            break;
        }
    }
    println!("{name}: {:?}", count.into_inner());
}
