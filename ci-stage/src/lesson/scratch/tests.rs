use super::Scratch;
use crate::lesson::library::Library;

fn lesson_one(folder: &std::path::Path) -> Scratch {
    let library = Library::open(None).unwrap();
    Scratch::make(library.find("1").unwrap(), folder).unwrap()
}

#[test]
fn each_run_starts_anew_and_keeps_what_the_learner_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = lesson_one(folder.path());
    scratch.write("tests/test_bulky.rs", "my own\n").unwrap();
    scratch
        .edit("src/lib.rs", "cents -= ", "cents += ")
        .unwrap();

    let scratch = lesson_one(folder.path());
    assert!(!scratch.path("tests/test_bulky.rs").exists());
    let kept = std::fs::read_to_string(scratch.path("tests/test_bulky.rs.last")).unwrap();
    assert_eq!(kept, "my own\n");
    let source = std::fs::read_to_string(scratch.path("src/lib.rs")).unwrap();
    assert!(source.contains("cents -= "));
}

#[test]
fn a_text_that_does_not_stand_there_once_is_not_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = lesson_one(folder.path());
    for (from, count) in [("no such text", 0), ("cents", 10)] {
        let problem = scratch
            .edit("src/lib.rs", from, "")
            .unwrap_err()
            .to_string();
        let expected = format!("`{from}` stands there {count} times");
        assert!(problem.contains(&expected), "{problem}");
    }
}
