//! Linked into every program with mutants: says which one is active, and notes who reads what.

use std::fs::OpenOptions;
use std::io::Write;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Mutex;

pub use std::sync::OnceLock;

/// Nothing has been read yet.
const UNKNOWN: u32 = u32::MAX;
/// No mutant is active, and every constant that is read is written down.
const NOTING: u32 = u32::MAX - 1;
/// The exit code of a program that was given a value which its type cannot hold.
const NO_SUCH_VALUE: i32 = 177;

static ACTIVE: AtomicU32 = AtomicU32::new(UNKNOWN);
static NOTED: Mutex<Vec<u32>> = Mutex::new(Vec::new());

/// The active mutant, 0 for none. Called with the constant that is being read.
#[inline]
pub fn read(constant: u32) -> u32 {
    match ACTIVE.load(Ordering::Relaxed) {
        UNKNOWN => {
            let active = decide();
            ACTIVE.store(active, Ordering::Relaxed);
            read(constant)
        }
        NOTING => {
            note(constant);
            0
        }
        active => active,
    }
}

fn decide() -> u32 {
    if std::env::var_os("CI_STAGE_READS").is_some() {
        return NOTING;
    }
    let mutant = std::env::var("CI_STAGE_MUTANT").unwrap_or_default();
    mutant.parse().unwrap_or(0)
}

fn note(constant: u32) {
    let mut noted = NOTED.lock().unwrap_or_else(|broken| broken.into_inner());
    if noted.contains(&constant) {
        return;
    }
    noted.push(constant);
    let path = std::env::var_os("CI_STAGE_READS").unwrap_or_default();
    let file = OpenOptions::new().create(true).append(true).open(path);
    // Written at once and in one piece, so that neither an abort nor a second process loses it.
    let written = file.and_then(|mut file| file.write_all(format!("{constant}\n").as_bytes()));
    if written.is_err() {
        std::process::exit(NO_SUCH_VALUE);
    }
}

/// The value that was given for the one number that is open.
pub fn value<T: FromStr>() -> T {
    let given = std::env::var("CI_STAGE_VALUE").unwrap_or_default();
    match given.parse() {
        Ok(value) => value,
        Err(_) => std::process::exit(NO_SUCH_VALUE),
    }
}

/// A value that lives as long as the program.
pub fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
