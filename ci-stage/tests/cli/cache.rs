//! Passes that are remembered.

use crate::project::Project;

const STAGES: [&str; 3] = ["run", "lint", "coverage"];

#[test]
fn what_has_not_changed_is_answered_from_the_cache_and_what_has_is_run() {
    let project = Project::of("passes");
    let first = project.ci_stage(&STAGES);
    assert_eq!(first.code, 0, "{}{}", first.stdout, first.stderr);
    let second = project.ci_stage(&STAGES);
    assert_eq!(
        second.stdout.matches("cached (run ").count(),
        4,
        "{}",
        second.stdout
    );
    let verdict = project.verdict();
    assert_eq!(verdict["stages"][0]["state"], "cached");

    project.edit("src/lib.rs", "pub fn", "/// Changed.\npub fn");
    let third = project.ci_stage(&STAGES);
    assert!(!third.stdout.contains("cached"), "{}", third.stdout);

    let forced = project.ci_stage(&["run", "lint", "--no-cache"]);
    assert!(!forced.stdout.contains("cached"), "{}", forced.stdout);
    let shown = project.ci_stage(&["cache", "show"]);
    assert!(shown.stdout.contains("coverage"), "{}", shown.stdout);
    project.ci_stage(&["cache", "clear"]);
    let cleared = project.ci_stage(&["cache", "show"]);
    assert_eq!(cleared.stdout, "nothing is remembered\n");
}

#[test]
fn a_red_stage_and_a_damaged_output_are_not_answered_from_the_cache() {
    let project = Project::of("below_gate");
    for _ in 0..2 {
        let answer = project.ci_stage(&["coverage", "--fail-under", "90"]);
        assert_eq!(answer.code, 5);
        assert!(!answer.stdout.contains("cached"), "{}", answer.stdout);
    }
    let pass = ["coverage", "--fail-under", "82"];
    project.ci_stage(&pass);
    assert!(project.ci_stage(&pass).stdout.contains("cached"));
    std::fs::write(project.path("target/ci/coverage.lcov"), "").unwrap();
    assert!(!project.ci_stage(&pass).stdout.contains("cached"));
}

#[test]
fn on_the_branch_that_deploys_a_ci_server_runs_everything() {
    let project = Project::of("no_tests");
    project.ci_stage(&["lint"]);
    let server = |branch: &str| {
        let variables = [("CI", "true"), ("GITHUB_REF_NAME", branch)];
        project.ci_stage_with(&variables, &["lint"]).stdout
    };
    assert!(server("change").contains("cached"));
    assert!(!server("main").contains("cached"));
}

#[test]
fn what_was_compiled_stays_compiled_when_sources_come_anew_with_the_same_content() {
    let project = Project::of("passes");
    project.commit();
    // As a fresh clone does onto which the target folder was restored.
    let clone_anew = || {
        for (path, content) in project.files() {
            if !path.components().any(|part| part.as_os_str() == ".git") {
                std::fs::remove_file(&path).unwrap();
                std::fs::write(&path, content).unwrap();
            }
        }
    };
    let test = || project.ci_stage(&["test", "--no-cache"]);
    let first = test();
    assert!(
        first.stderr.contains("Compiling passes"),
        "{}",
        first.stderr
    );
    clone_anew();
    let again = test();
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(!again.stderr.contains("Compiling"), "{}", again.stderr);
    clone_anew();
    project.edit("src/lib.rs", "pub fn", "/// Changed.\npub fn");
    let changed = test();
    assert!(
        changed.stderr.contains("Compiling passes"),
        "{}",
        changed.stderr
    );
}
