//! `ci-stage build`

use std::fs;
use std::process::Command;

use crate::project::Project;

fn packages(project: &Project) -> Vec<String> {
    let entries = fs::read_dir(project.path("dist")).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_package_is_named_after_the_commit_that_the_binary_tells() {
    let project = Project::of("passes");
    project.commit();
    let answer = project.ci_stage(&["build"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);

    let mut git = Command::new("git");
    git.current_dir(project.path(""))
        .args(["rev-parse", "--short=12", "HEAD"]);
    let commit = String::from_utf8(git.output().unwrap().stdout).unwrap();
    let name = format!("shop-{}", commit.trim());
    assert_eq!(
        answer.stdout,
        format!("BUILD PASSED: packaged dist/{name}\n")
    );
    assert_eq!(packages(&project), [".gitignore", &name]);

    let till = Command::new(project.path(&format!("dist/{name}/till")))
        .output()
        .unwrap();
    assert_eq!(till.stdout, format!("{} 42\n", commit.trim()).into_bytes());
    let version = project.read(&format!("dist/{name}/VERSION"));
    assert!(version.starts_with(&format!("shop {}\nrustc ", commit.trim())));
    let mut check = Command::new("sha256sum");
    check.current_dir(project.path(&format!("dist/{name}")));
    let checked = check.args(["--check", "SHA256SUMS"]).output().unwrap();
    assert_eq!(checked.stdout, b"LICENSE: OK\nVERSION: OK\ntill: OK\n");
}

#[test]
fn a_tree_with_changes_is_said_in_the_version_and_built_again_in_place() {
    let project = Project::of("passes");
    project.commit();
    project.edit("LICENSE", "like", "want");
    for _ in 0..2 {
        let answer = project.ci_stage(&["build"]);
        assert_eq!(answer.code, 0, "{}", answer.stderr);
        assert!(answer.stdout.ends_with("-dirty\n"), "{}", answer.stdout);
    }
    assert_eq!(packages(&project).len(), 2);
}

#[test]
fn code_that_does_not_compile_leaves_no_package() {
    let project = Project::of("does_not_compile");
    let answer = project.ci_stage(&["build"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(!project.path("dist").exists());
}

#[test]
fn a_workspace_without_binaries_is_built_and_packages_nothing() {
    let project = Project::of("no_tests");
    let answer = project.ci_stage(&["build"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert!(!project.path("dist").exists());
}
