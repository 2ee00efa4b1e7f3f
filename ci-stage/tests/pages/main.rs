//! Reports judged by what reads them: a browser and Stryker's published schema.
//!
//! A test whose judge is not on this machine is reported as ignored and says what would bring it;
//! so it never counts as passed.

#![expect(
    clippy::unwrap_used,
    reason = "clippy.toml exempts functions with #[test], and here are none"
)]

#[path = "../cli/binary.rs"]
mod binary;
mod browser;
mod lessons;
mod mutation;
mod stryker;

use libtest_mimic::{Arguments, Trial};

/// A program or file that judges a report.
struct Judge<T> {
    found: Option<T>,
    /// What is missing, and the command that brings it.
    remedy: &'static str,
}

impl<T: Clone + Send + Sync + 'static> Judge<T> {
    fn trial(&self, name: &str, test: fn(&T)) -> Trial {
        let Some(judge) = self.found.clone() else {
            eprintln!("NOT CHECKED: {name}: {}", self.remedy);
            return Trial::test(name, || Ok(())).with_ignored_flag(true);
        };
        Trial::test(name, move || {
            test(&judge);
            Ok(())
        })
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = mutation::trials();
    trials.extend(stryker::trials());
    trials.extend(lessons::trials());
    libtest_mimic::run(&arguments, trials).exit();
}
