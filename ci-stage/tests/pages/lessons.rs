//! The page of a lesson in a browser: nothing is shown before something was predicted.

use std::path::Path;

use libtest_mimic::Trial;
use snapbox::{Data, assert_data_eq};

use crate::binary::ci_stage;
use crate::browser::{self, Theme};

pub(crate) fn trials() -> Vec<Trial> {
    let browser = browser::judge();
    vec![
        browser.trial(
            "a_choice_is_graded_before_the_lesson_shows_what_happened",
            |chromium| judge(chromium, "4", "choice"),
        ),
        browser.trial(
            "predictions_are_ticked_on_the_matrix_of_tests_and_mistakes",
            |chromium| judge(chromium, "3", "matrix"),
        ),
    ]
}

/// Writes a lesson's page with the real binary and compares what a script sees in it.
fn judge(chromium: &Path, lesson: &str, script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("lesson.html");
    let mut command = ci_stage();
    command
        .args(["lesson", lesson, "--html"])
        .arg(&page)
        .current_dir(folder.path());
    let written = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&written.stderr);
    assert!(written.status.success(), "{complaint}");
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    let script = std::fs::read_to_string(tests.join(format!("lesson_{script}.js"))).unwrap();
    let page = std::fs::read_to_string(&page).unwrap();
    let seen = browser::observe(chromium, &page, &script, Theme::Light);
    let expected = tests.join(format!("expected/lesson_{lesson}.json"));
    assert_data_eq!(seen + "\n", Data::read_from(&expected, None).raw());
}
