//! What is not a test's verdict: a build script that panics, a full disk, leaked keys.

use crate::project::Project;

#[test]
fn a_build_script_that_panics_does_not_build() {
    let project = Project::of("passes");
    project.edit(
        "build.rs",
        "fn main() {",
        "fn main() {\n    panic!(\"no such tool\");",
    );
    for stage in ["test", "coverage", "build"] {
        let answer = project.ci_stage(&[stage]);
        assert_eq!(answer.code, 3, "{stage}: {}", answer.stdout);
        assert!(
            answer.stderr.contains("no such tool"),
            "{stage}: {}",
            answer.stderr
        );
    }
}

#[test]
fn a_committed_token_is_found_and_never_shown_whole() {
    let project = Project::of("no_tests");
    // Put together here, so that no scanner takes this file for a leak.
    let token = format!("ghp_{}", "x7Kq2mZp9LrT4vNw8YbC1dFg5HjS3aQe6UoI");
    std::fs::write(project.path("settings.ini"), format!("token = {token}\n")).unwrap();
    let answer = project.ci_stage(&["secrets"]);
    assert!(
        answer
            .stdout
            .contains("settings.ini:1:9: github-pat: ghp_..."),
        "{}",
        answer.stdout
    );
    assert!(
        !answer.stdout.contains(&token) && !project.read("target/ci/verdict.json").contains(&token)
    );
    assert_eq!(answer.code, 5, "{}", answer.stderr);
}

#[test]
fn what_cannot_be_checked_is_not_run_and_never_passed() {
    let project = Project::of("no_tests");
    let answer = project.ci_stage_without("deny", &["audit"]);
    assert!(
        answer
            .stdout
            .starts_with("audit: NOT RUN: cargo-deny is not there"),
        "{}",
        answer.stdout
    );
    assert_eq!(answer.code, 7);
    let beside = project.ci_stage_without("deny", &["run", "lint", "audit"]);
    assert!(
        beside.stdout.contains(" audit  not run"),
        "{}",
        beside.stdout
    );
    assert_eq!(beside.code, 0, "{}", beside.stderr);
}

#[test]
fn a_broken_link_in_the_documentation_is_red() {
    let project = Project::of("no_tests");
    project.edit("src/lib.rs", "//! ", "//! See [`nothing`]. ");
    let answer = project.ci_stage(&["docs"]);
    assert!(
        answer.stdout.contains("unresolved link to `nothing`"),
        "{}",
        answer.stdout
    );
    assert_eq!(answer.code, 6, "{}", answer.stderr);
}
