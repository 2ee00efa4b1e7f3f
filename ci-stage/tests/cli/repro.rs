//! `ci-stage repro`: all that failed, wherever it ran, and nothing else.

use crate::project::Project;

#[test]
fn all_that_failed_is_repeated_though_each_of_it_fails_again_and_wherever_it_ran() {
    let project = Project::of("fails");
    project.commit();
    for number in ["1/2", "2/2"] {
        assert_eq!(project.ci_stage(&["test", "--shard", number]).code, 1);
    }
    let merged = project.ci_stage(&["merge", "target/ci/shards"]);
    assert_eq!(merged.code, 1, "{}", merged.stderr);
    let again = project.ci_stage(&["repro"]);
    assert_eq!(again.code, 1, "{}", again.stderr);
    let told = format!("{}{}", again.stdout, again.stderr);
    for part in [
        "gold_earns_fifteen_percent ... FAILED",
        "a_test_may_return_an_error ... FAILED",
        "the_right_panic_is_expected - should panic ... FAILED",
        // A program with a harness of its own, behind those that have failed.
        "3 of 4 scenarios hold",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("... ok"), "{told}");
}
