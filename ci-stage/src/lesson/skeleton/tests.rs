use super::make;
use crate::lesson::library::Library;

#[test]
fn a_new_lesson_is_one_that_can_be_read() {
    let lessons = tempfile::tempdir().unwrap();
    let place = make(lessons.path(), "6-rounding").unwrap();
    assert_eq!(place, lessons.path().join("6-rounding"));
    let library = Library::open(Some(lessons.path())).unwrap();
    assert_eq!(library.find("rounding").unwrap().name, "6-rounding");
}

#[test]
fn nothing_is_overwritten_and_odd_names_are_refused() {
    let lessons = tempfile::tempdir().unwrap();
    make(lessons.path(), "a").unwrap();
    for (name, problem) in [
        ("a", "is there already"),
        ("", "is no name for a lesson"),
        ("../a", "is no name for a lesson"),
        ("Rounding", "is no name for a lesson"),
    ] {
        let error = make(lessons.path(), name).unwrap_err().to_string();
        assert!(error.contains(problem), "{name}: {error}");
    }
}
