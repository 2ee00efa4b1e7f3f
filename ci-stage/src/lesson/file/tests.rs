use std::path::Path;

use crate::lesson::library::Library;
use crate::lesson::skeleton;

/// What is said of the skeleton's lesson when one text in it is replaced.
fn refusal(from: &str, to: &str) -> String {
    let lessons = tempfile::tempdir().unwrap();
    let place = skeleton::make(lessons.path(), "mine").unwrap();
    let file = place.join("lesson.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(&file, text.replace(from, to)).unwrap();
    let problem = Library::open(Some(lessons.path())).unwrap_err().to_string();
    let place = format!(
        "{}: ",
        lessons.path().join(Path::new("mine/lesson.toml")).display()
    );
    problem
        .strip_prefix(&place)
        .map(str::to_owned)
        .unwrap_or(problem)
}

#[test]
fn a_lesson_that_is_written_wrongly_says_what_is_wrong() {
    for (from, to, expected) in [
        (
            "solution = \"further_children.rs\"",
            "solution = \"gone.rs\"",
            "step 2: ",
        ),
        (
            "    \"Now a mistyped percentage fails a test.\",\n",
            "",
            "explain.why has 4 lines, and a lesson explains in 5",
        ),
        (
            "do = \"mistake\"",
            "do = \"mistakes\"",
            "unknown variant `mistakes`",
        ),
        (
            "set = \"FURTHER",
            "sets = \"FURTHER",
            "unknown field `sets`, expected one of `set`, `set-here`, `test`",
        ),
        ("title =", "titel =", "unknown field `titel`"),
        (
            "tests = \"tickets\"",
            "choices = [\"yes\", \"no\"]\nanswer = [\"c\"]",
            "`c` is not the letter of one of the 2 choices",
        ),
        (
            "question =",
            "workspace = \"castle\"\nquestion =",
            "the scratch workspace workspaces/castle/ has no Cargo.toml",
        ),
        (
            "[[steps]]\ndo = \"write\"",
            "[[steps]]\ndo = \"compare\"\nbefore = \"x\"\nafter = \"x\"\n\n[[steps]]\ndo = \"write\"",
            "step 2: nothing was recorded as \"x\" before this step",
        ),
        (
            "[[steps]]\ndo = \"write\"",
            "[[steps]]\ndo = \"mistake\"\nset = \"A=1\"\ntest = \"t\"\n\n[[steps]]\ndo = \"write\"",
            "predict.tests = \"tickets\" is answered by the one step with do = \"mistake\", and there are 2",
        ),
    ] {
        let problem = refusal(from, to);
        assert!(problem.contains(expected), "{to}: {problem}");
    }
}
