//! The gate of record: the tool that the user named measures and decides.

use std::path::PathBuf;
use std::process::Command;

use super::{judged, red};
use crate::cargo::process::{End, Mark, Streams, run_leader};
use crate::cargo::{TestScope, build_tests};
use crate::coverage::{Coverage, FileCoverage, Gate};
use crate::error::Error;
use crate::exit::ExitCode;
use crate::settings::Percent;
use crate::stage::Context;
use crate::stage::report::Outcome;
use crate::stage::test::say_left_behind;
use crate::tools::{has_nextest, llvm};

/// The gate of record: cargo-llvm-cov measures, and its exit code decides.
pub(super) fn run(context: &Context, gate: Percent) -> Result<Outcome, Error> {
    let lcov = file(context);
    // What an earlier run left must not be taken for this one's.
    let _ = std::fs::remove_file(&lcov);
    if let Some(folder) = lcov.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    let mark = Mark::fresh();
    let mut command = command(context, gate)?;
    let (variable, value) = mark.variable();
    command.env(variable, value);
    let finished = run_leader(command, Streams::Show);
    say_left_behind(context, &mark.end_left_behind());
    let end = finished?.end;
    let coverage = std::fs::read_to_string(&lcov)
        .ok()
        .map(|text| Coverage::of_lcov(&text, context.workspace.root()));
    let missed = |coverage: &Coverage| !Gate::new("", gate, coverage.line_share()).is_met();
    let class = match end {
        End::Exited(0) => ExitCode::Passed,
        End::Exited(1) if coverage.as_ref().is_some_and(missed) => ExitCode::Gate,
        // Nextest's codes; cargo test returns 101 whatever went wrong.
        End::Exited(100) => ExitCode::TestFailed,
        End::Exited(4) => ExitCode::NoTests,
        End::Exited(101) => match build_tests(&context.workspace, &TestScope::Workspace, &[]) {
            Ok(_) => ExitCode::TestFailed,
            Err(error) => error.exit_code(),
        },
        _ => {
            return Err(Error::Setup(
                "cargo llvm-cov failed; its own words stand above".into(),
            ));
        }
    };
    let Some(coverage) = coverage.filter(|_| matches!(class, ExitCode::Passed | ExitCode::Gate))
    else {
        return Ok(red(context, class).repeated_by("ci-stage coverage --of-record"));
    };
    compare(context, &coverage);
    let outcome = judged(context, coverage, gate)?;
    Ok(Outcome { class, ..outcome })
}

/// `cargo llvm-cov nextest --workspace --fail-under-lines GATE`, or without nextest where that
/// is not installed; in the same run it writes the lines down as lcov.
pub(super) fn command(context: &Context, gate: Percent) -> Result<Command, Error> {
    let mut command = context.workspace.cargo(&["llvm-cov"]);
    if has_nextest() {
        command.arg("nextest");
    }
    command
        .args(["--workspace", "--fail-under-lines", &gate.to_string()])
        .args(["--lcov", "--output-path"])
        .arg(file(context))
        // Unasked, cargo-llvm-cov would change the toolchain when `CI` is set.
        .env("CARGO_LLVM_COV_SETUP", "no");
    let tools = llvm::required()?;
    command.env("LLVM_COV", tools.cov);
    command.env("LLVM_PROFDATA", tools.profdata);
    Ok(command)
}

fn file(context: &Context) -> PathBuf {
    let folder = context.workspace.target_directory();
    folder.join("ci/coverage-of-record.lcov")
}

/// Says whether our own last measurement gave the same.
fn compare(context: &Context, record: &Coverage) {
    let own = context
        .workspace
        .target_directory()
        .join("ci/coverage.lcov");
    let own = std::fs::read_to_string(own).ok();
    let Some(own) = own.map(|text| Coverage::of_lcov(&text, context.workspace.root())) else {
        return;
    };
    let (ours, theirs) = (own.line_share(), record.line_share());
    let differing = differing(&own, record);
    context.console.say(if differing.is_empty() {
        "cargo-llvm-cov counts the same lines as ci-stage's own last run".to_owned()
    } else {
        format!(
            "cargo-llvm-cov counts {} of {} lines, ci-stage's own last run {} of {}: what \
             cargo-llvm-cov counts decides; they differ in {}",
            theirs.covered,
            theirs.count,
            ours.covered,
            ours.count,
            some(&differing)
        )
    });
}

fn some(files: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = files.iter().take(SHOWN).cloned();
    let more = files.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("{more} more"));
    shown.chain(more).collect::<Vec<_>>().join(", ")
}

/// The files of which the two say different things.
fn differing(own: &Coverage, record: &Coverage) -> Vec<String> {
    let known = |coverage: &Coverage, file: &FileCoverage| coverage.files.contains(file);
    let only_own = own.files.iter().filter(|file| !known(record, file));
    let only_record = record.files.iter().filter(|file| !known(own, file));
    let mut paths: Vec<String> = only_own
        .chain(only_record)
        .map(|file| file.path.clone())
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::differing;
    use crate::coverage::Coverage;

    #[test]
    fn files_of_which_two_measurements_say_different_things_are_named_once() {
        let read = |text: &str| Coverage::of_lcov(text, Path::new("/shop"));
        let file = |name: &str, covered: u32| {
            format!("SF:/shop/{name}\nDA:1,{covered}\nLF:1\nLH:{covered}\nend_of_record\n")
        };
        let one = read(&(file("till.rs", 1) + &file("tax.rs", 1)));
        let other = read(&(file("till.rs", 1) + &file("tax.rs", 0) + &file("new.rs", 0)));
        assert_eq!(differing(&one, &other), ["new.rs", "tax.rs"]);
        assert_eq!(differing(&one, &one), [""; 0]);
    }
}
