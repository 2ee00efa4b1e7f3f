//! The one command that repeats what failed, and nothing else.

use serde::{Deserialize, Serialize};

use crate::cargo::Built;
use crate::stage::quoted;
use crate::suite;
use crate::transcript::{Status, Transcript};

/// A program of tests, by what cargo selects it: on whichever machine it was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    suite: String,
    package: String,
    selector: String,
    harness: bool,
}

impl Program {
    /// The programs of a build.
    pub(super) fn all_of(built: &Built) -> Vec<Self> {
        let programs = built.tests.iter().map(|program| Self {
            suite: suite::name(built, program),
            package: program.package_name.clone(),
            selector: program.selector(),
            harness: program.harness,
        });
        programs.collect()
    }
}

/// Repeats every failed test; `None` where none failed. Programs with a harness of their own take
/// no names of tests, so each is a command of its own.
pub(crate) fn command(programs: &[Program], transcript: &Transcript) -> Option<String> {
    let mut targets: Vec<&Program> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut others: Vec<String> = Vec::new();
    for (suite, test) in transcript.tests() {
        if !matches!(test.status, Status::Failed(_)) {
            continue;
        }
        match programs.iter().find(|program| program.suite == suite) {
            Some(program) if program.harness => {
                targets.push(program);
                names.push(&test.name);
            }
            Some(program) => others.push(of_targets(&[program])),
            None => others.push("cargo test --doc --workspace".into()),
        }
    }
    let together = (!names.is_empty()).then(|| {
        let targets = of_targets(&targets);
        let names = without_twins(names).into_iter().map(quoted);
        let names: Vec<String> = names.collect();
        format!("{targets} -- --exact {}", names.join(" "))
    });
    let commands: Vec<String> = together.into_iter().chain(others).collect();
    all(&without_twins(commands))
}

/// One line that runs all commands, red when one of them is: each is expected to fail, so `&&` would
/// end with the first.
fn all(commands: &[String]) -> Option<String> {
    match commands {
        [] => None,
        [one] => Some(one.clone()),
        many => {
            let each = many.iter().map(|command| format!("{command} || red=1; "));
            let each: String = each.collect();
            Some(format!("red=0; {each}(exit $red)"))
        }
    }
}

fn of_targets(programs: &[&Program]) -> String {
    let selectors = programs.iter().map(|program| program.selector.as_str());
    let selectors = without_twins(selectors.collect());
    let packages = programs
        .iter()
        .map(|program| format!("--package {}", program.package));
    let go_on = if selectors.len() > 1 {
        "--no-fail-fast "
    } else {
        ""
    };
    format!(
        "cargo test {go_on}{} {}",
        without_twins(packages.collect()).join(" "),
        selectors.join(" ")
    )
}

/// Each once, where it stands first.
fn without_twins<T: PartialEq>(words: Vec<T>) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    for word in words {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    once
}
