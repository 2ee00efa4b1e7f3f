use super::Library;

#[test]
fn a_lesson_is_found_by_number_and_by_name() {
    let library = Library::open(None).unwrap();
    for which in ["2", "2-late-fee-threshold", "late-fee-threshold"] {
        assert_eq!(library.find(which).unwrap().number, 2, "{which}");
    }
}

#[test]
fn an_unknown_lesson_is_refused_with_those_that_exist() {
    let library = Library::open(None).unwrap();
    for which in ["0", "6", "late-fee"] {
        assert_eq!(
            library.find(which).unwrap_err().to_string(),
            format!(
                "there is no lesson `{which}`; there are 1 to 5: 1-coverage-gate, \
                 2-late-fee-threshold, 3-gold-typo, 4-platinum-tier, 5-full-coverage"
            )
        );
    }
}

#[test]
fn a_folder_without_lessons_says_how_one_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let problem = Library::open(Some(folder.path())).unwrap_err().to_string();
    assert!(
        problem.contains("`ci-stage lesson new NAME` makes one"),
        "{problem}"
    );
}
