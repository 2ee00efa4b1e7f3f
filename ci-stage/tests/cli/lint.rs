//! `ci-stage lint`

use snapbox::{assert_data_eq, str};

use crate::project::Project;

#[test]
fn clean_code_passes() {
    let answer = Project::of("passes").ci_stage(&["lint"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
LINT PASSED: formatted, and clippy has nothing to say

"#]]
    );
    assert_eq!(answer.code, 0, "{}", answer.stderr);
}

#[test]
fn unformatted_code_is_shown_with_the_command_that_formats_it() {
    let project = Project::of("no_tests");
    project.edit("src/lib.rs", "    42", "  42");
    let answer = project.ci_stage(&["lint"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
LINT FAILED: the code is not formatted; `cargo fmt --all` formats it, stopping the pipeline

"#]]
    );
    assert_eq!(answer.code, 6, "{}", answer.stderr);
}

#[test]
fn a_warning_is_red_and_shown_once_for_library_and_tests() {
    let project = Project::of("no_tests");
    project.edit("src/lib.rs", "    42", "    return 42;");
    let answer = project.ci_stage(&["lint"]);
    assert_data_eq!(
        answer.stdout,
        str![[r#"
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

"#]]
    );
    assert_eq!(answer.code, 6, "{}", answer.stderr);
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
