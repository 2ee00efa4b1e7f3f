use std::time::Duration;

use super::{describe, of_examples};
use crate::cargo::process::{End, Finished};
use crate::transcript::Failure;

fn failure(end: End, output: &str) -> Failure {
    let finished = Finished {
        end,
        output: output.to_owned(),
        duration: Duration::ZERO,
    };
    describe("gold", &finished)
}

#[test]
fn a_failed_assertion_is_shown_with_both_values_and_its_line() {
    let shown = failure(
        End::Exited(101),
        "\nrunning 1 test\nhello\n\nthread 'gold' (31) panicked at tests/t.rs:24:5:\n\
         assertion `left == right` failed: gold earns 15 %\n  left: 132\n right: 127.5\n\
         note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\
         test gold ... FAILED\n\nfailures:\n\nfailures:\n    gold\n",
    );
    assert_eq!(shown.location.as_deref(), Some("tests/t.rs:24"));
    assert_eq!(
        shown.message,
        "assertion `left == right` failed: gold earns 15 %\n  left: 132\n right: 127.5"
    );
}

#[test]
fn an_assertion_that_quotes_a_panic_of_another_program_is_shown_whole() {
    let shown = failure(
        End::Exited(101),
        "\nthread 'gold' (31) panicked at tests/t.rs:54:5:\nassertion `left == right` failed: \n\
         thread 'main' (2496) panicked at src/pid.rs:61:9:\nnumber above zero\n\
         note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\n  \
         left: 101\n right: 0\nstack backtrace:\n   0: x\ntest gold ... FAILED\n",
    );
    assert_eq!(shown.location.as_deref(), Some("tests/t.rs:54"));
    assert_eq!(
        shown.message,
        "assertion `left == right` failed: \nthread 'main' (2496) panicked at src/pid.rs:61:9:\n\
         number above zero\n\
         note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\n  \
         left: 101\n right: 0"
    );
    assert_eq!(
        shown.headline(),
        "assertion `left == right` failed: thread 'main' (2496) panicked at src/pid.rs:61:9:"
    );
}

#[test]
fn the_test_s_own_thread_is_preferred_to_one_that_it_started() {
    let shown = failure(
        End::Exited(101),
        "thread '<unnamed>' (1) panicked at src/a.rs:1:1:\nbelow\n\
         thread 'gold' (2) panicked at tests/t.rs:7:1:\nabove\nstack backtrace:\n 0: x\n",
    );
    assert_eq!(shown.location.as_deref(), Some("tests/t.rs:7"));
    assert_eq!(shown.message, "above");
}

#[test]
fn a_returned_error_is_shown_without_the_frame_of_libtest() {
    let shown = failure(
        End::Exited(101),
        "\nrunning 1 test\nError: \"boo\"\ntest gold ... FAILED\n\nfailures:\n\nfailures:\n    gold\n\n\
         test result: FAILED. 0 passed; 1 failed\n\n",
    );
    assert_eq!(shown.location, None);
    assert_eq!(shown.message, "Error: \"boo\"");
}

#[test]
fn a_panic_with_the_wrong_message_is_shown_with_the_expected_one() {
    let shown = failure(
        End::Exited(101),
        "\nthread 'gold' (2) panicked at t.rs:7:1:\ny\nnote: run with `RUST_BACKTRACE=1` environment\n\
         test gold - should panic ... FAILED\n\nfailures:\n\n---- gold stdout ----\n\
         note: panic did not contain expected string\n      panic message: \"y\"\n\n\
         failures:\n    gold\n",
    );
    assert_eq!(
        shown.message,
        "y\nnote: panic did not contain expected string\n      panic message: \"y\""
    );
}

#[test]
fn a_signal_and_a_time_limit_are_named() {
    let killed = failure(End::Signal(6), "\nrunning 1 test\n");
    assert_eq!(killed.message, "killed by signal 6, SIGABRT (abort)");
    let late = failure(End::TimedOut(Duration::from_secs(2)), "");
    assert_eq!(late.message, "timed out after 2s, killed");
    assert!(late.timed_out);
}

#[test]
fn a_silent_failure_says_so() {
    assert_eq!(
        failure(End::Exited(3), "").message,
        "exit status 3, and no output"
    );
}

#[test]
fn a_failed_example_is_named_with_its_place_before_all_that_was_written() {
    let said = |list: &str| {
        let output = format!(
            "    Finished `test` profile\nrunning 9 tests\n\nfailures:\n\n---- src/lib.rs - a (line 3) \
             stdout ----\n  left: 3\n\n\nfailures:\n{list}\n\ntest result: FAILED. 1 passed\n"
        );
        of_examples(&Finished {
            end: End::Exited(101),
            output,
            duration: Duration::ZERO,
        })
    };
    for (list, place, first) in [
        (
            "    src/lib.rs - money::add (line 3)",
            "src/lib.rs:3",
            "the example of money::add fails",
        ),
        (
            "    core/README.md - (line 7)",
            "core/README.md:7",
            "the example of its file fails",
        ),
        (
            "    src/a.rs - a (line 3) - compile\n    src/b.rs - T<U>::b (line 40)",
            "src/a.rs:3",
            "the examples at src/a.rs:3, src/b.rs:40 fail",
        ),
    ] {
        let failure = said(list);
        assert_eq!(failure.location.as_deref(), Some(place));
        assert_eq!(failure.message.lines().next(), Some(first));
        assert!(failure.message.contains("  left: 3"), "{list}");
    }
    let without_a_list = of_examples(&Finished {
        end: End::Exited(101),
        output: "error: rustdoc is gone\n".to_owned(),
        duration: Duration::ZERO,
    });
    assert_eq!(without_a_list.message, "error: rustdoc is gone");
}
