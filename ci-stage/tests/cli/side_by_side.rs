//! Two runs at the same time in one checkout.

use std::fs;

use crate::project::Project;

#[test]
fn no_run_takes_for_its_report_what_another_has_left_or_is_writing() {
    let project = Project::of("passes");
    project.commit();
    // Where the reports of all runs once stood, one that cannot be replaced.
    fs::create_dir_all(project.path("target/ci/nextest/junit.xml/other")).unwrap();
    std::thread::scope(|scope| {
        for number in ["1/2", "2/2"] {
            let project = &project;
            scope.spawn(move || {
                let shard = project.ci_stage(&["test", "test_total", "--shard", number]);
                assert_eq!(shard.code, 0, "{}", shard.stderr);
            });
        }
    });
    let merged = project.ci_stage(&["merge", "target/ci/shards"]);
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    assert!(
        merged.stdout.contains("3 passed, 1 ignored"),
        "{}",
        merged.stdout
    );
}
