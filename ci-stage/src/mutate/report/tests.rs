use std::path::{Path, PathBuf};

use snapbox::{Data, assert_data_eq};

use super::{Format, Matrix, Sources, write_all};
use crate::error::Error;
use crate::report::github::STEP_SUMMARY_BYTES;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/report")
}

fn sweep() -> (Matrix, Sources) {
    let matrix = Matrix::read(&root().join("matrix.json")).unwrap();
    let sources = Sources::read(&matrix, &root()).unwrap();
    (matrix, sources)
}

fn rendered(format: Format) -> String {
    let (matrix, sources) = sweep();
    format.render(&matrix, &sources).unwrap()
}

/// The whole report in `tests/fixtures/report/expected`; SNAPSHOTS=overwrite renews it.
fn assert_is_the_expected_one(format: Format) {
    let file = root().join("expected").join(format.file_name());
    assert_data_eq!(rendered(format), Data::read_from(&file, None).raw());
}

#[test]
fn stryker_json_holds_every_mutant_and_test() {
    assert_is_the_expected_one(Format::Stryker);
}

#[test]
fn junit_tells_each_mutant_as_a_case() {
    assert_is_the_expected_one(Format::Junit);
}

#[test]
fn annotations_point_at_the_literals_that_nobody_checks() {
    assert_is_the_expected_one(Format::Annotations);
}

#[test]
fn the_step_summary_lists_the_gaps() {
    assert_is_the_expected_one(Format::Summary);
}

#[test]
fn the_page_loads_nothing_and_no_text_in_it_can_act() {
    let page = rendered(Format::Html);
    assert!(page.contains("default-src 'none'; script-src 'nonce-"));
    for loading in ["<link", " src=\"", "@import", "<img", "<iframe"] {
        let (head, _) = page.split_once("/* mutation-testing-elements").unwrap();
        assert!(!head.contains(loading), "{loading}");
    }
    // The two blocks of data, the element and the page's own script.
    assert_eq!(page.matches("</script>").count(), 4);
    assert!(!page.contains("<script>"), "every script bears the nonce");
    assert!(
        page.contains("&lt;&#x2f;script&gt;"),
        "the banner is shown as text"
    );
}

#[test]
fn a_summary_of_countless_gaps_stays_below_githubs_limit() {
    let (mut matrix, sources) = sweep();
    let survivor = matrix.mutants[7].clone();
    for number in 0..9_000 {
        let mut another = survivor.clone();
        another.selector = format!("{}[{number}]", "LONG_TABLE".repeat(10));
        matrix.mutants.push(another);
    }
    let summary = Format::Summary.render(&matrix, &sources).unwrap();
    assert!(summary.len() <= STEP_SUMMARY_BYTES, "{}", summary.len());
    assert!(summary.contains(" more in `mutation.html`."));
}

#[test]
fn a_file_that_changed_after_the_sweep_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    let text = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    std::fs::write(folder.path().join("src/lib.rs"), text.replace("490", "590")).unwrap();
    let (matrix, _) = sweep();
    let error = Sources::read(&matrix, folder.path()).unwrap_err();
    assert!(matches!(error, Error::Usage(_)));
    assert_eq!(
        error.to_string(),
        "src/lib.rs:4: `490` does not stand there any more, because the file changed after the \
         sweep; run `ci-stage mutate` again"
    );
}

#[test]
fn every_report_is_written_beside_the_matrix() {
    let folder = tempfile::tempdir().unwrap();
    let (matrix, sources) = sweep();
    let target = folder.path().join("ci/mutate");
    write_all(&matrix, &sources, &target).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(&target)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        [
            "annotations.txt",
            "junit.xml",
            "matrix.json",
            "mutation.html",
            "stryker.json",
            "summary.md"
        ]
    );
    assert_eq!(Matrix::read(&target.join("matrix.json")).unwrap(), matrix);
}
