//! Tests that fail and then pass.

use snapbox::str;

use crate::project::Project;

fn quarantined_until(date: &str) -> Project {
    let project = Project::of("flaky");
    project.edit(
        "Cargo.toml",
        "[workspace]\n",
        &format!(
            "[workspace]\n[[workspace.metadata.ci-stage.quarantine]]\n\
             test = \"test_queue::workers_share_the_load\"\n\
             reason = \"races with the clock\"\nuntil = \"{date}\"\n"
        ),
    );
    project
}

#[test]
fn a_flaky_test_is_a_failure_of_its_own_class() {
    for runner in ["nextest", "no-such-tool"] {
        // Without nextest the same verdict comes from our own runner.
        let project = Project::of("flaky");
        let answer = project.ci_stage_without(runner, &["test", "--retries", "1"]);
        answer.prints(
            8,
            str![[r#"
CI STAGE: running test suite at 'test_queue'
test_queue::workers_share_the_load FAILED
test_queue::an_empty_queue_has_no_work PASSED
  test_queue::workers_share_the_load at tests/test_queue.rs:8
    flaky: passed at attempt 2; before that
    one worker did everything
1 failed, 1 passed in [TIME]
--------------------------------------------------
BUILD FAILED: at least one test failed, stopping the pipeline

"#]],
        );
    }
}

#[test]
fn a_quarantine_forgives_wavering_until_its_last_day() {
    let answer = quarantined_until("2999-12-31").ci_stage(&["test"]);
    assert!(
        answer.stdout.contains("1 flaky test in quarantine"),
        "{}",
        answer.stdout
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn a_quarantine_that_has_ended_is_itself_a_failure() {
    let answer = quarantined_until("2020-01-31").ci_stage(&["test"]);
    let ended = "the quarantine of test_queue::workers_share_the_load ended on 2020-01-31";
    assert!(answer.stdout.contains(ended), "{}", answer.stdout);
    let verdict = "\nBUILD FAILED: a quarantine has ended, stopping the pipeline\n";
    assert!(answer.stdout.ends_with(verdict), "{}", answer.stdout);
    assert_eq!(answer.code, 8, "{}", answer.stderr);
}

#[test]
fn a_quarantine_needs_a_reason_and_a_date() {
    let project = Project::of("flaky");
    project.edit(
        "Cargo.toml",
        "[workspace]\n",
        "[workspace]\nmetadata.ci-stage.quarantine = [{ test = \"a\", reason = \"\", until = \"2030-01-01\" }]\n",
    );
    let answer = project.ci_stage(&["test"]);
    assert!(
        answer.stderr.contains("a quarantine needs a reason"),
        "{}",
        answer.stderr
    );
    assert_eq!(answer.code, 2);
}
