//! What is not a test's verdict: a build script that panics.

use crate::project::Project;

#[test]
fn a_build_script_that_panics_does_not_build() {
    let project = Project::of("passes");
    project.edit(
        "build.rs",
        "fn main() {",
        "fn main() {\n    assert!(std::env::args().count() > 9, \"no such tool\");",
    );
    for stage in ["lint", "test", "coverage", "docs", "build"] {
        let answer = project.ci_stage(&[stage]);
        assert_eq!(answer.code, 3, "{stage}: {}", answer.stdout);
        assert!(
            answer.stderr.contains("no such tool"),
            "{stage}: {}",
            answer.stderr
        );
    }
}
