//! `ci-stage lint`

use snapbox::str;

use crate::project::Project;

#[test]
fn clean_code_passes() {
    let answer = Project::of("passes").ci_stage(&["lint"]);
    answer.prints(
        0,
        str![[r#"
LINT PASSED: formatted, and clippy has nothing to say

"#]],
    );
}

#[test]
fn unformatted_code_is_shown_with_the_command_that_formats_it() {
    let project = Project::of("no_tests");
    project.edit("src/lib.rs", "    42", "  42");
    let answer = project.ci_stage(&["lint"]);
    answer.prints(
        6,
        str![[r#"
LINT FAILED: the code is not formatted; `cargo fmt --all` formats it, stopping the pipeline

"#]],
    );
}

#[test]
fn a_warning_is_red_and_shown_once_for_library_and_tests() {
    let project = Project::of("no_tests");
    project.edit("src/lib.rs", "    42", "    return 42;");
    let answer = project.ci_stage(&["lint"]);
    answer.prints(6, str![[r#"
error: unneeded `return` statement
 --> src/lib.rs:4:5
  |
4 |     return 42;
  |     ^^^^^^^^^
  |
  = help: for further information visit https://rust-lang.github.io/rust-clippy/rust-1.95.0/index.html#needless_return
  = note: `-D clippy::needless-return` implied by `-D warnings`
  = help: to override `-D warnings` add `#[allow(clippy::needless_return)]`
help: remove `return`
  |
4 -     return 42;
4 +     42
  |
LINT FAILED: 1 warning from clippy, stopping the pipeline

"#]]);
}

#[test]
fn code_that_does_not_compile_is_not_called_lint() {
    let answer = Project::of("does_not_compile").ci_stage(&["lint"]);
    assert_eq!(answer.code, 3, "{}", answer.stderr);
    assert!(
        answer
            .stdout
            .ends_with("\nBUILD FAILED: the code does not compile, stopping the pipeline\n")
    );
}

#[test]
fn one_compile_for_all_finds_the_same_warnings_as_clippy_alone() {
    let warned = "/// Returns.\npub fn odd() -> u64 {\n    return 1;\n}\n";
    let unused = "fn only_tests_call_it() -> u64 {\n    1\n}\n\n#[cfg(test)]\nmod tests {\n    \
                  #[test]\n    fn one() {\n        assert_eq!(super::only_tests_call_it(), 1);\n    \
                  }\n}\n";
    for (file, code, expected) in [
        ("src/lib.rs", "", "passed"),
        ("src/lib.rs", warned, "lint"),
        ("src/lib.rs", unused, "lint"),
        ("benches/speed.rs", "fn main() {\n    return;\n}\n", "lint"),
        (
            "src/lib.rs",
            "#[deny(clippy::all)]\nfn odd() -> u64 {\n    return 1;\n}\n",
            "lint",
        ),
        (
            "src/lib.rs",
            "fn wrong() -> u64 {\n    \"a word\"\n}\n",
            "does_not_build",
        ),
    ] {
        let project = Project::of("no_tests");
        std::fs::create_dir_all(project.path("benches")).unwrap();
        let known = std::fs::read_to_string(project.path(file)).unwrap_or_default();
        std::fs::write(project.path(file), format!("{known}\n{code}").trim_start()).unwrap();
        let mut format = std::process::Command::new(env!("CARGO"));
        format.args(["fmt", "--all"]).current_dir(project.path(""));
        assert!(format.status().unwrap().success());
        let lint = |arguments: &[&str]| {
            project.ci_stage(arguments);
            project.verdict()["stages"][0]["class"].take()
        };
        let alone = lint(&["lint"]);
        assert_eq!(alone, expected, "{code}");
        assert_eq!(lint(&["run", "lint", "test", "--fused"]), alone, "{code}");
    }
}
