//! Published invoices and allocations, priced to the amounts that their publishers state.
//!
//! They stand in a folder beside the workspace. Where it is not, these tests are reported as ignored;
//! with `LEDGERLY_REQUIRE_CASES=1` they fail instead.

mod published;

use std::path::PathBuf;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() -> ExitCode {
    let folder = [env!("CARGO_MANIFEST_DIR"), "..", "..", "shared", "cases"];
    let folder: PathBuf = folder.iter().collect();
    let required = std::env::var_os("LEDGERLY_REQUIRE_CASES").is_some();
    let absent = !folder.is_dir();
    if absent {
        eprintln!(
            "published cases: NOT RUN, there is no folder {}",
            folder.display()
        );
    }
    let read = move |name: &str| read_cases(&folder.join(name));
    let read = std::sync::Arc::new(read);
    let mut trials: Vec<Trial> = Vec::new();
    for level in 0..=4 {
        let read = read.clone();
        trials.push(Trial::test(
            format!("every_published_invoice_of_level_{level}_is_priced_as_published"),
            move || {
                none(&published::invoices::failures(
                    &read("gobl_examples.json")?,
                    level,
                ))
            },
        ));
    }
    let read = read.clone();
    trials.push(Trial::test(
        "every_published_allocation_is_by_largest_remainder",
        move || none(&published::allocations::failures(&read("allocation.json")?)),
    ));
    let ignored = absent && !required;
    let trials = trials
        .into_iter()
        .map(|trial| trial.with_ignored_flag(ignored));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}

fn read_cases(file: &std::path::Path) -> Result<Vec<Value>, Failed> {
    let text =
        std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn none(failures: &[String]) -> Result<(), Failed> {
    if failures.is_empty() {
        return Ok(());
    }
    Err(failures.join("\n").into())
}
