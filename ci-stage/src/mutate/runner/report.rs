//! A test program's own account of several tests, believed only where it adds up.

use super::Outcome;
use crate::cargo::process::{End, Finished};
use crate::suite;

/// libtest's exit code when at least one test failed.
const TESTS_FAILED: i32 = 101;

/// What became of each named test; none when the account and the exit code do not fit.
pub(super) fn read(names: &[&str], finished: &Finished) -> Option<Vec<Outcome>> {
    match finished.end {
        End::Exited(0) => all_passed(names, &finished.output),
        End::Exited(TESTS_FAILED) => some_failed(names, finished),
        _ => None,
    }
}

/// With exit code zero nothing has failed, but everything must also have been run.
fn all_passed(names: &[&str], output: &str) -> Option<Vec<Outcome>> {
    let ran = format!("running {} test", names.len());
    let said = output.lines().any(|line| line.starts_with(&ran));
    said.then(|| vec![Outcome::Passed; names.len()])
}

fn some_failed(names: &[&str], finished: &Finished) -> Option<Vec<Outcome>> {
    let outcomes: Option<Vec<Outcome>> = names.iter().map(|name| of_test(name, finished)).collect();
    let outcomes = outcomes?;
    let failed = outcomes
        .iter()
        .filter(|outcome| **outcome != Outcome::Passed)
        .count();
    let passed = outcomes.len() - failed;
    let total = format!("test result: FAILED. {passed} passed; {failed} failed; ");
    let said = finished
        .output
        .lines()
        .filter(|line| line.starts_with("test result: "));
    let adds_up = said.clone().count() == 1 && said.clone().all(|line| line.starts_with(&total));
    (adds_up && failed > 0).then_some(outcomes)
}

fn of_test(name: &str, finished: &Finished) -> Option<Outcome> {
    let mut words = finished.output.lines().filter_map(|line| {
        let rest = line.strip_prefix("test ")?.strip_prefix(name)?;
        let rest = rest.strip_prefix(" - should panic").unwrap_or(rest);
        rest.strip_prefix(" ... ")
    });
    let (word, None) = (words.next()?, words.next()) else {
        return None;
    };
    match word {
        "ok" => Some(Outcome::Passed),
        "FAILED" => {
            let section = Finished {
                end: finished.end,
                output: section(name, &finished.output),
                duration: finished.duration,
            };
            Some(Outcome::Failed(suite::describe(name, &section)))
        }
        _ => None,
    }
}

/// What libtest kept of the test's output.
fn section(name: &str, output: &str) -> String {
    let headline = format!("---- {name} stdout ----");
    let lines = output.lines().skip_while(|line| *line != headline).skip(1);
    let own = lines.take_while(|line| {
        !(line.starts_with("---- ") && line.ends_with(" stdout ----")) && *line != "failures:"
    });
    own.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::read;
    use crate::cargo::process::{End, Finished};
    use crate::mutate::runner::Outcome;

    const ACCOUNT: &str = "
running 2 tests
test a ... ok
test b ... FAILED

failures:

---- b stdout ----

thread 'main' (7) panicked at tests/it.rs:3:5:
assertion `left == right` failed
  left: 1
 right: 2


failures:
    b

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.00s
";

    fn finished(code: i32, output: &str) -> Finished {
        Finished {
            end: End::Exited(code),
            output: output.to_owned(),
            duration: Duration::ZERO,
        }
    }

    #[test]
    fn an_account_that_adds_up_is_believed() {
        let outcomes = read(&["a", "b"], &finished(101, ACCOUNT)).expect("it adds up");
        assert_eq!(outcomes[0], Outcome::Passed);
        let Outcome::Failed(failure) = &outcomes[1] else {
            panic!("{:?}", outcomes[1]);
        };
        assert_eq!(failure.location.as_deref(), Some("tests/it.rs:3"));
        assert_eq!(
            failure.message,
            "assertion `left == right` failed\n  left: 1\n right: 2"
        );
    }

    #[test]
    fn an_account_that_does_not_add_up_is_not_believed() {
        let cases = [
            (
                "the exit code says otherwise",
                0,
                ACCOUNT.replace("running 2", "running 3"),
            ),
            (
                "a test is missing",
                101,
                ACCOUNT.replace("test a ... ok\n", ""),
            ),
            (
                "a test is named twice",
                101,
                ACCOUNT.replace("test a ... ok", "test a ... ok\ntest a ... ok"),
            ),
            (
                "the line is broken",
                101,
                ACCOUNT.replace("test a ... ok", "test a ... hello ok"),
            ),
            (
                "nothing failed",
                101,
                ACCOUNT.replace("b ... FAILED", "b ... ok"),
            ),
            (
                "the total differs",
                101,
                ACCOUNT.replace("1 passed", "2 passed"),
            ),
            (
                "there are two totals",
                101,
                format!("{ACCOUNT}\ntest result: ok."),
            ),
            ("it was killed", 134, ACCOUNT.to_owned()),
        ];
        for (why, code, output) in cases {
            assert_eq!(read(&["a", "b"], &finished(code, &output)), None, "{why}");
        }
    }
}
